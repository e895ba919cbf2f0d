"""Physical models, one file a kind of machine: no I/O, no clock, randomness passed in."""
