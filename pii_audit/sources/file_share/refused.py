"""What keeps a server's files or rights from being read, in words."""

from __future__ import annotations

from pii_audit.language import Text


class Refused(Exception):  # noqa: N818 - never leaves a source: becomes a ledger row
    """What a server or its answer does not allow, in words."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what
