"""The access matrix: who can read which personal information, by which path, and what would close it."""
