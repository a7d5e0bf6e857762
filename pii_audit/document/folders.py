"""Folders of what a person wrote, whole: one that cannot be listed is an error, where `Path.rglob` passes it over."""

from __future__ import annotations

import os
from pathlib import Path


def below(folder: Path, *, hidden: bool = True) -> list[Path]:
    """The files of a folder, at any depth, by their paths in it; without `hidden`, none below a name that begins with a dot.

    Raises OSError where one of its folders cannot be listed.
    """

    def refuse(error: OSError) -> None:
        raise error

    found: list[Path] = []
    for where, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if hidden or _shown(name)]
        found += (Path(where, name) for name in names if hidden or _shown(name))
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _shown(name: str) -> bool:
    return not name.startswith(".")
