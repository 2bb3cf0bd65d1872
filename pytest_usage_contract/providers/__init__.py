"""The promises: one module per provider, and where they are found by name and by request."""
