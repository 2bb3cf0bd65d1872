"""Recorded exchanges, read from files to be judged."""
