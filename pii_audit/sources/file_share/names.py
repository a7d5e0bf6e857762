r"""File names that are not valid UTF-8, shown with `\xNN` and found again."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")


def shown(relative: str) -> str:
    """A relative path as it is named in reports; a backslash that would read as an escape is escaped itself."""
    literal = re.sub(r"\\(?=x[0-9a-f]{2})", r"\\x5c", relative)
    return os.fsencode(literal).decode("utf-8", "backslashreplace")


def spelled(name: str) -> str:
    """The relative path that is shown under that name."""
    raw = re.sub(_ESCAPE.pattern.encode(), lambda found: bytes((int(found[1], 16),)), os.fsencode(name))
    return os.fsdecode(raw)


def real(root: Path, name: str) -> Path:
    """The same below a root."""
    return root / spelled(name)
