"""Performance: what machines, orders and people said of the equipment, and the figures of ISO 22400-2 that follow."""
