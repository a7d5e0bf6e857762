"""Formats whose parsers run in a process of their own, which may die, hang or grow without harm to the run."""
