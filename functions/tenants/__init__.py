"""Tenants: how a customer is taken on, suspended, resumed and let go."""
