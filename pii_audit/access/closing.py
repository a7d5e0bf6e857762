"""The statements that close several ways at once, in an order in which each of them works."""

from __future__ import annotations

from collections.abc import Iterable

from pii_audit.model.grant import Grant


def closing_statements(grants: Iterable[Grant]) -> list[str]:
    """All of them, each once: rights that were passed on before the right that let them be, owners last.

    They are for somebody to read and run; nothing here runs them.
    """
    closings = dict.fromkeys(grant.closing for grant in grants if grant.closing)
    return list(dict.fromkeys("; ".join(closing) for closing in sorted(closings, key=_rank)))


def _rank(closing: tuple[str, ...]) -> int:
    if closing[0].startswith("SET ROLE"):
        return 0
    return 2 if closing[0].startswith("CREATE ROLE") else 1
