"""The heart: what a promise is, and whether it was kept; standard library and pydantic only."""
