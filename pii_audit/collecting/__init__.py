"""Collectors: one file that looks into a database which cannot be reached from here, and gives back what it saw."""
