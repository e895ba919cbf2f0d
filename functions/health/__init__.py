"""Health: says whether the platform answers and which of its parts does not."""
