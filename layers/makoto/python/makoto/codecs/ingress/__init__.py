"""Formats that other systems send, read into what Makoto stores, each with a report of what was refused."""
