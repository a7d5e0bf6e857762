"""Which files a policy is made of: those that the workspace names, and those that they include or extend in turn."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pii_audit import content
from pii_audit.document import MAX_BYTES, MISSING, SUFFIXES, Reader, Section, Spec, unknown
from pii_audit.document.folders import below
from pii_audit.errors import Position, reason_of
from pii_audit.language import Text
from pii_audit.workspace import PACKS, packs, shown_path

CASES = ".cases.yaml"
"""Files of tests, which lie beside the policies and are none."""
PACK = "pack:"
OWN = ""
"""The layer of the workspace's own files; each pack, and whatever a file extends, is a layer of its own below."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as read. `folder` is what its own references are relative to; None in a pack."""

    shown: str
    content: bytes
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A policy file that could be read, and the layer that it belongs to."""

    file: File
    section: Section
    layer: str = OWN


@dataclass
class Documents:
    """All policy files of a workspace, floors before what stands on them.

    `complete` is False when some file could not be read; `floors` maps a layer to those directly below it.
    """

    files: tuple[File, ...] = ()
    documents: tuple[Document, ...] = ()
    complete: bool = True
    floors: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def stands_on(self, layer: str, floor: str) -> bool:
        """Whether a layer lies above another, however far."""
        below, seen = [layer], {layer}
        while below:
            found = self.floors.get(below.pop(), frozenset()) - seen
            if floor in found:
                return True
            seen |= found
            below += found
        return False


def read_documents(entries: Sequence[str], root: Path, spec: Spec, reader: Reader) -> Documents:
    """The files of these entries and all that they include or extend; what is wrong with them is noted."""
    walk = _Walk(root, spec, reader)
    for entry in entries:
        walk.enter(entry, root, entry if entry.startswith(PACK) else OWN)
    return walk.result()


class _Walk:
    """One way through the files; a file that is reached twice is read once, and belongs to the lowest layer it was named in."""

    def __init__(self, root: Path, spec: Spec, reader: Reader) -> None:
        self._root, self._spec, self._reader = root, spec, reader
        self._found: dict[str, tuple[File, Section | None, str]] = {}
        self._floors: dict[str, set[str]] = {}

    def enter(
        self, entry: str, folder: Path | None, layer: str, chain: tuple[str, ...] = (), at: Position | None = None
    ) -> None:
        """Reads the files of one entry, which a file of `chain` names at that place."""
        above = self._found[chain[-1]][2] if chain else OWN
        if layer != above:
            self._floors.setdefault(above, set()).add(layer)
        for file in files_of(entry, folder, self._reader, root=self._root, at=at):
            if file.shown in chain:
                ring = " → ".join((*chain[chain.index(file.shown) :], file.shown))
                said = Text(f"文件互相引用成环：{ring}", f"files that name each other in a ring: {ring}")
                self._reader.note(at or Position(entry), said)
                continue
            known = self._found.get(file.shown)
            if known is None or (layer not in (known[2], OWN)):
                self._visit(file, known[1] if known else self._read(file), layer, chain)

    def _read(self, file: File) -> Section | None:
        read = self._reader.read_bytes(file.content, self._spec, shown_as=file.shown)
        return None if read is MISSING else read

    def _visit(self, file: File, section: Section | None, layer: str, chain: tuple[str, ...]) -> None:
        self._found[file.shown] = (file, section, layer)
        if section is None:
            return
        for key in ("include", "extends"):
            named = section.get(key)
            for entry, at in zip(named, named.positions, strict=True) if named else ():
                below = layer if key == "include" else self._name(entry, file.folder)
                self.enter(entry, file.folder, below, (*chain, file.shown), at)

    def _name(self, entry: str, folder: Path | None) -> str:
        if entry.startswith(PACK) or folder is None:
            return entry
        return in_workspace(Path(os.path.normpath(folder / entry)), self._root)

    def result(self) -> Documents:
        """What was found, the lowest layers first."""
        floors = {layer: frozenset(below - {layer}) for layer, below in self._floors.items()}
        found = Documents(
            files=tuple(file for file, _, _ in self._found.values()),
            complete=all(section is not None for _, section, _ in self._found.values()),
            floors=floors,
        )
        layers = list(dict.fromkeys(layer for _, _, layer in self._found.values()))
        order = sorted(layers, key=lambda layer: sum(found.stands_on(layer, other) for other in layers))
        found.documents = tuple(
            Document(file, section, layer)
            for wanted in order
            for file, section, layer in self._found.values()
            if layer == wanted and section is not None
        )
        return found


def in_workspace(path: Path, root: Path) -> str:
    """A path as reports name it: relative to the workspace where it lies in it."""
    try:
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return shown_path(path)


def files_of(
    entry: str,
    folder: Path | None,
    reader: Reader,
    *,
    root: Path | None = None,
    at: Position | None = None,
    cases: bool = False,
) -> Iterator[File]:
    """The files of a path relative to `folder`, or of a `pack:NAME`; with `cases`, files of cases instead of policies."""
    if entry.startswith(PACK):
        yield from _of_pack(entry, reader, at, cases=cases)
        return
    if folder is None:
        said = Text("策略包只能引用其他策略包", "a pack can only name other packs")
        reader.note(at or Position(entry), said)
        return
    path = Path(os.path.normpath(folder / entry))
    paths = [path] if not cases or _wanted(path.name, cases=True) else _beside(path)
    if os.path.isdir(path):
        try:
            paths = [found for found in below(path, hidden=False) if _wanted(found.name, cases=cases)]
        except OSError as error:
            _unread(in_workspace(Path(error.filename or path), root or folder), error, reader, at)
            return
    for found in paths:
        file = _read(found, in_workspace(found, root or folder), reader, at)
        if file is not None:
            yield file


def _beside(path: Path) -> list[Path]:
    """The file of cases of a policy file: `a.cases.yaml` beside `a.yaml`."""
    own = path.with_name(f"{path.stem}{CASES}")
    return [own] if os.path.isfile(own) else []


def _wanted(name: str, *, cases: bool) -> bool:
    small = name.casefold()
    return small.endswith(CASES) if cases else small.endswith(SUFFIXES) and not small.endswith(CASES)


def _of_pack(entry: str, reader: Reader, at: Position | None, *, cases: bool) -> Iterator[File]:
    name = entry.removeprefix(PACK)
    if name not in packs():
        reader.note(at or Position(entry), unknown(Text("策略包", "pack"), name, packs()))
    for shipped in packs().get(name, ()):
        if _wanted(shipped, cases=cases):
            yield File(f"{PACK}{shipped.removeprefix(f'{PACKS}/')}", content.data(shipped))


def _read(path: Path, shown: str, reader: Reader, at: Position | None) -> File | None:
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            said = Text("不是普通文件", "not a regular file")
        else:
            data = path.read_bytes()
            if len(data) <= MAX_BYTES:
                return File(shown, data, path.parent)
            said = Text("文件超过 64 MB，不像是人写的策略", "larger than 64 MB, not a file that a person wrote")
    except OSError as error:
        _unread(shown, error, reader, at)
        return None
    _note(shown, said, reader, at)
    return None


def _unread(shown: str, error: OSError, reader: Reader, at: Position | None) -> None:
    reason = reason_of(error)
    _note(shown, Text(f"无法读取：{reason.zh}", f"cannot be read: {reason.en}"), reader, at)


def _note(shown: str, said: Text, reader: Reader, at: Position | None) -> None:
    if at is not None:
        said = Text(f"{shown} {said.zh}", f"{shown} {said.en}")
    reader.note(at or Position(shown), said)
