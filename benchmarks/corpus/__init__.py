"""Synthetic corpora, deterministic by seed, with the exact place of every identifier in them.

Nothing here uses the package under test: values are made from the standards, so that a mistake in a validator shows.
"""
