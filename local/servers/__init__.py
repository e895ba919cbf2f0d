"""Servers that stand in for a vendor's on a laptop and in tests; each speaks the real protocol to the real SDK."""
