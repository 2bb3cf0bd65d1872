"""The promises: one module per provider, and the one place that knows them all."""
