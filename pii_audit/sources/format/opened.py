"""A file, or what a container holds, about to be read: what every reader of a kind is given."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.content import Content, open_regular
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.packed.expansion import Expansion
from pii_audit.sources.interface import Reading, Sampling, skipped
from pii_audit.sources.reading import Ledger, NoReading, StreamError

INSIDE = "!"
"""Separates a container from what it contains, as in `a.zip!b.csv`."""
IN_MEMORY = 16 << 20
"""Bytes of an entry that are kept in memory where a reader has to move about in it; a larger one goes to a file without a name."""

Found: TypeAlias = tuple[Asset, Reading]
Descend: TypeAlias = Callable[["Opened"], Iterator[Found]]
"""Reads what was opened, whatever it turns out to be."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to be read.

    `name` is the one by which ties between kinds are broken; `path` is where the bytes lie as a file of their own, None
    inside a container or a stream; `depth` counts the layers around it; `layouts` are those of fixed-width files; `copies` says whether
    a copy may lie in a file that has a name; `only` are the files that are read at all, None where those beside this one are, too; `taken`
    are the names of entries so far.
    """

    asset: Asset
    content: Content
    sampling: Sampling
    expansion: Expansion
    name: str
    path: Path | None = None
    depth: int = 0
    layouts: Layouts = ()
    copies: bool = True
    only: Collection[Path] | None = None
    taken: set[str] = field(default_factory=set)

    def inner(self, name: str, *, size: int | None = None) -> Asset:
        """An asset inside this one, as old as the whole; a name that occurs twice gets a number."""
        candidate, count = name, 1
        while candidate in self.taken:
            count += 1
            candidate = f"{name} ({count})"
        self.taken.add(candidate)
        return replace(self.asset, name=f"{self.asset.name}{INSIDE}{candidate}", fields=(), size=size)

    def entry(self, asset: Asset, stream: BinaryIO) -> Opened:
        """An entry whose bytes are a stream; OSError where not even its first bytes can be read."""
        name = asset.name.rpartition(INSIDE)[2]
        content = Content(stream)
        return Opened(
            asset, content, self.sampling, self.expansion, name, None, self.depth + 1, self.layouts, self.copies
        )

    def empty(self) -> Found:
        """Itself, as a container that was read and holds nothing."""
        ledger = Ledger(self.asset.source, self.asset.name, bytes=self.asset.size, rows=0, total=0, finished=True)
        return self.told(ledger)

    def told(self, ledger: Ledger) -> Found:
        """Itself as a whole in which nothing was to be read: failed where the ledger says why, else empty."""
        if not ledger.failures:
            ledger.notes.append(Text("其中没有内容", "holds nothing"))
        return self.asset, NoReading(ledger.coverage())

    def failed(self, reason: Text, asset: Asset | None = None) -> Found:
        """Itself, or an asset inside, as one that could not be inspected."""
        one = asset or self.asset
        return one, NoReading.failed(one.source, one.name, reason, size=one.size)

    def skipped(self, reason: Text, asset: Asset) -> Found:
        """An asset inside as one that is left out."""
        return asset, NoReading(skipped(asset.source, asset.name, reason, size=asset.size))

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """All bytes as a stream in which a reader may move about; OSError where they cannot be read to the end."""
        if self.path is not None:
            try:
                opened = open_regular(self.path)
            except InspectionError as error:  # something else took its place meanwhile
                raise StreamError(error.what) from None
            with opened as file:
                yield file
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            shutil.copyfileobj(self.content.stream(), spool, 1 << 20)
            spool.seek(0)
            yield cast("BinaryIO", spool)

    @contextmanager
    def file(self) -> Iterator[Path]:
        """The same as a file that has a name, in a folder of its own that nobody else can enter, until it was read.

        OSError where it cannot be read to the end, or no such file may be.
        """
        if self.path is not None:
            yield self.path
            return
        if not self.copies:
            raise StreamError(
                Text(
                    "要先复制成有名字的文件才能读取，此处不允许",
                    "can only be read from a file that has a name, which is not allowed here",
                )
            )
        with tempfile.TemporaryDirectory(prefix="pii-audit-") as folder:
            path = Path(folder, "entry")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                shutil.copyfileobj(self.content.stream(), file, 1 << 20)
            yield path
