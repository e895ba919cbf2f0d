"""The domains of Makoto, one folder each."""
