"""`makoto`: the operator's and developer's commands over the public API."""
