"""A grant that opens a way, whichever engine it is of."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.access.roles import Path

ADMINISTERS = frozenset({"all", "owner"})
"""Privileges with which a right can be given to others without having been given that option."""


@dataclass(frozen=True, slots=True)
class Opening:
    """To whom, for what, and the statements that take it back; `withholding` those that take back the grant option alone."""

    grantee: str
    privilege: str
    opened_by: str
    closing: Path
    column: str | None = None
    withholding: Path = ()

    @property
    def grantable(self) -> bool:
        """Whether the right may be passed on."""
        return self.privilege in ADMINISTERS or bool(self.withholding)
