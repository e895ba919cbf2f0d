"""Devices: the factory's edges and machines that may speak to the platform, where they stand and what proves them."""
