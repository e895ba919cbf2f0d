"""Lots and serials: where they came from, what became of them, what must be held or called back."""
