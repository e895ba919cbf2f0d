"""The shared layer of Makoto: one way from a door to a tenant's own stores."""
