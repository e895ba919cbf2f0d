"""What a use case may ask of the world, one file a capability."""
