"""Files, folders and standard input, inspected outside any workspace source: what `inspect` and `gate` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from pii_audit.detection.judge import judge
from pii_audit.detection.tally import Detector
from pii_audit.engine.chunks import Looked, Tallying
from pii_audit.engine.interface import Progress, Silent
from pii_audit.errors import InspectionError, UsageError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Chunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally
from pii_audit.model.run import Inspected
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.file_share.local import FolderSource, Selection
from pii_audit.sources.file_share.names import real
from pii_audit.sources.format.files import readings, readings_of_stream
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.interface import Portion, Reading, Sampling, failed, skipped

STDIN = "-"
_NO_FILE = Text(
    "不是普通文件（管道的内容请从标准输入给出：-）",
    "is not a regular file (what a pipe gives is read as standard input: -)",
)
Watch = Callable[[Asset, Chunk], None]


@dataclass(frozen=True)
class Files:
    """Paths as a person names them; `-` is standard input. In folders, `include` and `ignore` are globs of relative paths.

    `layouts` are those of fixed-width files. What `streams` has under a path's name is read in place of the path; `copies` says whether a
    reader that cannot work from a stream may copy one to a file that has a name. What takes long is tallied in up to `jobs` processes (None: one
    for each processor). `passed_over` are paths that are not to be read, and why.
    """

    paths: Sequence[str]
    kind: AssetKind = AssetKind.FILE
    include: Sequence[str] = ()
    ignore: Sequence[str] = ()
    layouts: Layouts = ()
    streams: Mapping[str, BinaryIO] = field(default_factory=dict)
    copies: bool = True
    jobs: int | None = None
    passed_over: Mapping[str, Text] = field(default_factory=dict)

    def inspect(
        self, detector: Detector, *, watch: Watch | None = None, progress: Progress | None = None
    ) -> Iterator[Inspected | Coverage]:
        """Everything below the paths, read in full; `watch` sees each chunk as it passes.

        Raises UsageError when a path does not exist: a typing error must not look like an empty folder.
        """
        named = (path for path in self.paths if path != STDIN and path not in self.streams)
        missing = [path for path in named if not os.path.lexists(path)]
        if missing:
            raise UsageError(
                Text("没有这个文件或文件夹", "no such file or folder"),
                where=missing[0],
                todo=Text("请检查路径", "check the path"),
            )
        progress = progress or Silent()
        with Tallying(detector, self.jobs) as tallying:
            for path in self.paths:
                for one in self._readings(path):
                    if isinstance(one, Coverage):
                        yield one
                        continue
                    asset, reading = one
                    progress.asset(asset.name)
                    portions = _watched(asset, reading, watch, progress)
                    yield _read(detector, asset, reading, tallying.each(asset, portions))
                    progress.done()

    def listed(self, path: str) -> Iterator[Path]:
        """The files that a path stands for: itself, or those below that the globs leave in."""
        if path in self.passed_over:
            return
        if os.path.isdir(path):
            for found in self._folder(Path(path)).assets():
                if not isinstance(found, Coverage):
                    yield real(Path(path), found.name)
        else:
            yield Path(path)

    def nothing_in(self, path: str) -> bool:
        """Whether a path stands for a folder in which there is nothing to be read, nor anything that cannot be."""
        if path in self.streams or not os.path.isdir(path):
            return False
        met = self._folder(Path(path)).assets()
        return all(isinstance(one, Coverage) and one.status is CoverageStatus.SKIPPED for one in met)

    def _readings(self, path: str) -> Iterator[tuple[Asset, Reading] | Coverage]:
        if path == STDIN or path in self.streams:
            stream = self.streams.get(path, sys.stdin.buffer)
            yield from readings_of_stream(stream, path, kind=self.kind, layouts=self.layouts, copies=self.copies)
        elif path in self.passed_over:
            yield skipped("", path, self.passed_over[path])
        elif os.path.isdir(path):
            share = self._folder(Path(path))
            for found in share.assets():
                if isinstance(found, Coverage):
                    yield found
                else:
                    yield from share.open(found, Sampling())
        elif os.path.exists(path) and not os.path.isfile(path):
            yield failed("", path, _NO_FILE)
        else:
            only = frozenset(map(Path, self.paths))
            yield from readings(Path(path), "", path, kind=self.kind, layouts=self.layouts, only=only)

    def _folder(self, path: Path) -> FolderSource:
        if self.kind is AssetKind.FEED:
            return OutboxSource("", path, Selection(self.include), self.layouts, ignore=self.ignore)
        return FolderSource("", path, Selection(self.include), self.layouts)


def _watched(asset: Asset, reading: Reading, watch: Watch | None, progress: Progress) -> Iterator[Portion]:
    """What is to be tallied; it is parsed here where somebody watches."""
    if watch is None:
        for portion in reading.portions():
            progress.advance(0, 0)
            yield portion
        return
    for chunk in reading:
        watch(asset, chunk)
        progress.advance(0, 0)
        yield chunk


def _read(detector: Detector, asset: Asset, reading: Reading, looked: Iterator[Looked]) -> Inspected:
    """What the tallies of an asset's portions say together, and what was read of it."""
    tally = AssetTally()
    failure: Text | None = None
    try:
        for more, noted in looked:
            reading.note(noted)
            tally += more
    except InspectionError as error:
        failure = error.what
    coverage = reading.coverage()
    if failure is not None:
        coverage = replace(coverage, status=CoverageStatus.FAILED, reason=failure)
    return judge(detector, asset, tally.even(), coverage)
