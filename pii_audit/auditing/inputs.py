"""What a gate judges, and its digests: files are hashed before and after, standard input as it passes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pii_audit.auditing.files import STDIN
from pii_audit.errors import UsageError
from pii_audit.language import Text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileDigest:
    """One file as it was judged: its SHA-256 and size in bytes; no digest where it could not be read."""

    sha256: str | None
    bytes: int


class Passing(io.RawIOBase):
    """A stream whose bytes are hashed, and handed to `also`, as they are read."""

    def __init__(self, stream: BinaryIO, also: Callable[[bytes], object] | None = None) -> None:
        self._stream = stream
        self._also = also
        self._hash = hashlib.sha256()
        self._bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        data = self._stream.read(len(target))
        self._hash.update(data)
        self._bytes += len(data)
        if self._also is not None and data:
            self._also(data)
        target[: len(data)] = data
        return len(data)

    def drain(self) -> FileDigest:
        """The digest of the whole stream, what no reader asked for included."""
        while self.read(BLOCK):
            pass
        return FileDigest(self._hash.hexdigest(), self._bytes)


@dataclass(frozen=True, slots=True)
class StandardInput:
    """What is read for `-`: under which `name` it is judged, and who else gets its bytes as they pass."""

    stream: BinaryIO
    name: str = STDIN
    also: Callable[[bytes], object] | None = None


class Inputs:
    """Paths to be judged; `shown` gives the name under which each may be told, `listed` the files that each stands for.

    `certified`: their digests will be asked for. Raises UsageError where standard input is named twice.
    """

    def __init__(
        self,
        paths: Sequence[str],
        shown: Callable[[str], str],
        listed: Callable[[str], Iterable[Path]],
        standard_input: StandardInput,
        *,
        certified: bool,
    ) -> None:
        if paths.count(STDIN) > 1:
            raise UsageError(
                Text("标准输入只能写一次", "standard input can be named once only"),
                where=STDIN,
                todo=Text("只写一个 -", "write one -"),
            )
        self._name = standard_input.name
        self.paths = tuple(self._name if path == STDIN else path for path in paths)
        self._shown = shown
        self._listed = listed
        self._passing = Passing(standard_input.stream, standard_input.also) if STDIN in paths else None
        self._named = tuple(path for path in paths if path != STDIN)
        self._before = self._digests() if certified else {}

    @property
    def streams(self) -> Mapping[str, BinaryIO]:
        """What is read in place of paths."""
        return {self._name: cast("BinaryIO", self._passing)} if self._passing else {}

    def read(self) -> dict[str, FileDigest]:
        """What stands there now, by shown name, where nothing is judged."""
        return {**self._digests(), **self._drained()}

    def digests(self) -> dict[str, FileDigest]:
        """What was judged, by shown name. UsageError when a file changed meanwhile: nothing can be certified then."""
        after = self._digests()
        for name in self._before.keys() | after.keys():
            if after.get(name) != self._before.get(name):
                raise UsageError(
                    Text(
                        "裁决期间文件发生变化，未出回执", "the file changed while it was judged; no receipt was written"
                    ),
                    where=name,
                    todo=Text("等导出写完再裁决", "judge it when the export is finished"),
                )
        return {**self._before, **self._drained()}

    def _drained(self) -> dict[str, FileDigest]:
        return {self._shown(self._name): self._passing.drain()} if self._passing else {}

    def _digests(self) -> dict[str, FileDigest]:
        files = (file for path in self._named for file in self._listed(path))
        return {self._shown(str(file)): digest(file) for file in files if file.is_file()}


def digest(path: Path) -> FileDigest:
    """The digest of one file."""
    total = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                total.update(block)
                size += len(block)
    except OSError:
        return FileDigest(None, size)
    return FileDigest(total.hexdigest(), size)
