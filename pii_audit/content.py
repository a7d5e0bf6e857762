"""The only door to what ships beside the code: scanners/, policies/ and reports/.

In a wheel these folders lie inside the package, in a checkout beside it; both read alike, from a zip too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from importlib.resources import as_file as _as_file
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

Room = Literal["scanners", "policies", "reports"]


@cache
def _room(room: Room) -> Traversable:
    inside = files("pii_audit").joinpath(room)
    if inside.is_dir():
        return inside
    return Path(__file__).resolve().parent.parent / room


def _resource(path: str) -> Traversable:
    room, _, rest = path.partition("/")
    if room not in ("scanners", "policies", "reports"):
        message = f"shipped content lies under scanners/, policies/ or reports/, not {path!r}"
        raise ValueError(message)
    found = _room(room)
    return found.joinpath(*rest.split("/")) if rest else found


def text(path: str) -> str:
    """The UTF-8 text of a shipped file, named by its path in a checkout (`policies/rules/share.yaml`)."""
    return _resource(path).read_text(encoding="utf-8")


def data(path: str) -> bytes:
    """The bytes of a shipped file."""
    return _resource(path).read_bytes()


def as_file(path: str) -> AbstractContextManager[Path]:
    """A shipped file or folder as a real path, for the few libraries that need one."""
    return _as_file(_resource(path))


def walk(path: str, suffix: str) -> Iterator[str]:
    """The paths of all shipped files below a folder that end in `suffix`, in name order."""
    for entry in sorted(_resource(path).iterdir(), key=lambda entry: entry.name):
        below = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from walk(below, suffix)
        elif entry.name.endswith(suffix):
            yield below
