"""The entry: what can be interrupted from its first lines on, before all that the program is made of is imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit code. No foreseeable cause ends in a traceback."""
    try:
        from pii_audit.cli.program import program  # noqa: PLC0415 - so that Ctrl-C meets us here while it is imported

        return program(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        # Nothing was begun, or all that was to be said is said.
        return INTERRUPTED
