"""Bundles: what a collector saw behind a bastion, as a source like any other."""
