"""Drivers of products that stand in more than one cloud; a cloud puts them together."""
