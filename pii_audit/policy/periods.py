"""Retention periods: which lines are about an asset, and which of them cannot both hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase

from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy.model import Retention

FILE_MODIFIED = "file:modified"
"""The date by which a retention line speaks of files instead of rows: that of their last change."""


def is_about(line: Retention, name: str, held: Collection[str], catalogue: Catalogue) -> bool:
    """Whether a line is about an asset `source.name` that holds these identifiers."""
    if not fnmatchcase(name, line.asset):
        return False
    return not line.holding or any(not catalogue.expand(one.word).isdisjoint(held) for one in line.holding)


def contradicting(lines: Sequence[Retention]) -> Iterator[Problem]:
    """Lines that delete what another line keeps, as far as their assets tell; what assets hold is known in a run only."""
    keeping = [line for line in lines if line.keep_at_least is not None and not line.holding]
    for line in lines:
        for other in keeping:
            keep, delete = other.keep_at_least, line.delete_after
            if delete is None or keep is None or line is other or keep.days <= delete.days:
                continue
            if line.date in (None, other.date) and fnmatchcase(line.asset, other.asset):
                at = other.position.to_line
                said = Text(
                    f"{delete} 后删除，而 {at} 要求至少保存 {keep}",
                    f"deletes after {delete} what {at} keeps for at least {keep}",
                )
                yield Problem(line.position, said)
