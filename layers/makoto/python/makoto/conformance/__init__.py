"""Portable checks of a tenant's stores, run in tests, before a tenant becomes active, daily, and by its own people."""
