"""Seeded corpora with labels, and the comparison of pii-audit with its peers on them: speed, precision and recall."""
