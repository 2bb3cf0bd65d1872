"""Recorded exchanges, read from files and judged."""
