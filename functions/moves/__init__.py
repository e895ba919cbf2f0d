"""Moves: how a tenant that works is carried from one cloud to another, and back if need be."""
