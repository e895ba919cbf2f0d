"""Payload formats in and out, pure."""
