"""What has to move when one component of a lock moves: asked of the resolver, on a copy."""
