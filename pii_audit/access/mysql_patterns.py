"""Which of several database grants counts: names are patterns, and the server takes the most specific that fits, alone."""

from __future__ import annotations

from collections.abc import Sequence

from pii_audit.access.mysql_catalog import Entry
from pii_audit.sources.database.mysql_rows import like

EXACT = 128
"""The rank of a name without a wildcard; one with a wildcard ranks by where that stands (get_sort in sql_acl.cc)."""


def best(entries: Sequence[Entry], database: str) -> Entry | None:
    """The entry that decides about a database."""
    fitting = [entry for entry in entries if like(entry.database).fullmatch(database)]
    return max(fitting, key=lambda entry: specificity(entry.database), default=None)


def specificity(pattern: str) -> int:
    """How much of a pattern stands before its first wildcard: the more, the earlier the server tries it."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] in "%_":
            return min(at + 1, EXACT - 1)
        at += 1
    return EXACT
