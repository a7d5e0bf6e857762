"""The demo bank: a small bank with known problems, on which everything can be tried without touching real data."""

from pii_audit.demo.builder import build
from pii_audit.demo.manifest import Manifest, Planted

__all__ = ["Manifest", "Planted", "build"]
