"""Judges the token usage in LLM API responses against what the provider documents."""
