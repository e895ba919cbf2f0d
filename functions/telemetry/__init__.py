"""Telemetry: what a factory's machines report, stored once, answered as latest values, history and listings."""
