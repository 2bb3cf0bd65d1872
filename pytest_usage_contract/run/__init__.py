"""One run under pytest: what it was told, what each test received and whose that is, and what it all comes to."""
