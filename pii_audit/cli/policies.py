"""What the actions of `pii-audit policy` share: the recorded run that a policy is held against, lines to quote."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit import content
from pii_audit.errors import Position

if TYPE_CHECKING:
    from pii_audit.model.run import Run
    from pii_audit.workspace import Workspace

LAST = "last"
PACK = "pack:"
PACKS = "policies/packs"


def recorded(space: Workspace, run: str) -> Run:
    """A recorded run; `last` is the newest. Raises StoreError and UsageError when there is none."""
    from pii_audit.store import Store  # noqa: PLC0415 - start-up does without

    with Store.open(space.store, space.root, create=False) as store:
        return store.load(None if run == LAST else run)


def quoting(root: Path) -> Callable[[Position], str]:
    """What stands in a line of a policy file, by its place as reports name it; empty where it cannot be read."""

    @cache
    def lines(file: str) -> tuple[str, ...]:
        try:
            if file.startswith(PACK):
                return tuple(content.text(f"{PACKS}/{file.removeprefix(PACK)}").splitlines())
            return tuple((root / file).read_text(encoding="utf-8-sig").splitlines())
        except (OSError, UnicodeDecodeError):
            return ()

    def quote(position: Position) -> str:
        of_file = lines(position.file)
        return of_file[position.line - 1] if 0 < position.line <= len(of_file) else ""

    return quote
