"""Whether every part of the platform answers."""
