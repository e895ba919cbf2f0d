"""Outbox: carries each tenant's facts from its own store to the bus, in order and fairly, and shows what waits."""
