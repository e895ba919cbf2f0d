"""Generators of what is written down elsewhere and must stay true."""
