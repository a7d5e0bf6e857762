"""Runs, inventory, findings and their lives. Importing this loads SQLAlchemy: commands do so when they run."""

from __future__ import annotations

from pii_audit.store.checkpoints import StoreCheckpoint
from pii_audit.store.store import Store
from pii_audit.store.tracked import Wanted

__all__ = ["Store", "StoreCheckpoint", "Wanted"]
