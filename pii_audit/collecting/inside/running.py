"""In place of `detection.names.running`: names in running text need a model, which a collector goes without, as `run` does."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pii_audit.model.evidence import Match

NAMED: frozenset[str] = frozenset()


class RunningText:
    """Finds nothing."""

    def __init__(self, identifiers: Collection[str]) -> None:
        """Nothing is asked for."""

    def in_text(self, text: str) -> list[Match]:  # noqa: ARG002 - as the class that it stands for
        """Nothing."""
        return []

    def in_cells(self, values: Sequence[str]) -> dict[int, list[Match]]:  # noqa: ARG002 - as above
        """Nothing."""
        return {}
