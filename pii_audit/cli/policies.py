"""What the actions of `pii-audit policy` share: the recorded run that a policy is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pii_audit.model.run import Run
    from pii_audit.workspace import Workspace

LAST = "last"


def recorded(space: Workspace, run: str) -> Run:
    """A recorded run; `last` is the newest. Raises StoreError and UsageError when there is none."""
    from pii_audit.store import Store  # noqa: PLC0415 - start-up does without

    with Store.open(space.store, space.root, create=False) as store:
        return store.load(None if run == LAST else run)
