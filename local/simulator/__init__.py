"""The factory simulator: physical models of two lines, publishing telemetry as real devices do."""
