"""What tests of whole audits share: a key folder of their own, and the program run in this process."""

from tests.program import call, surroundings

__all__ = ["call", "surroundings"]
