"""Files that lie on a server: listed as they come, read from start to end, and read on where a connection was lost."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO, Protocol, TypeVar, cast

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.unchanged import SKEW, State
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import shown, spelled
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.format.files import readings_of
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.interface import ROOT_NAME, Reading, Sampling, Source, failed, skipped
from pii_audit.sources.reading import NoReading, StreamError

T = TypeVar("T")
PAUSES = (0.5, 2.0)
"""Seconds before a lost connection is tried again: so many times without a byte in between."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as its server lists it: `relative` as spelled there, `size` in bytes, `modified` in seconds since 1970.

    `mark` is all that tells it from what it may become, None where nothing does; `changed` is the latest time in it, None for one
    that goes by no clock.
    """

    relative: str
    size: int
    modified: float | None = None
    owner: str | None = None
    mark: str | None = None
    changed: float | None = None

    @property
    def state(self) -> State | None:
        """What is said of it; the server's clock is its own."""
        return None if self.mark is None else State(self.mark, self.changed, SKEW)


class Part(Protocol):
    """What is read of a file from some byte on."""

    def read(self, size: int, /) -> bytes:
        """So many bytes at most, none at the end."""

    def close(self) -> None:
        """Lets go of it."""


class RemoteShare(Source):
    """The selected files of a server; what differs between servers is below."""

    kind = AssetKind.FILE

    def __init__(self, id_: str, selection: Selection = EVERY_FILE, layouts: Layouts = ()) -> None:
        self.id = id_
        self._selection = selection
        self._layouts = layouts

    @abstractmethod
    def entries(self) -> Iterator[Entry | Coverage]:
        """Everything that is listed, except below folders that a rule leaves out; raises what `why` explains."""

    @abstractmethod
    def file(self, relative: str) -> Callable[[int], Part]:
        """Gives a file from some byte on, as often as asked, as long as it is the same file; raises what `why` explains."""

    @abstractmethod
    def listed(self, relative: str) -> Entry | None:
        """One file as its server lists it now, None where it is gone; raises what clients raise."""

    @abstractmethod
    def lost(self, error: Exception) -> bool:
        """Whether an error is of the connection, so that another attempt may succeed."""

    @abstractmethod
    def why(self, error: Exception) -> Text:
        """An error in words, without anything that stands in the URL."""

    def assets(self) -> Iterator[Asset | Coverage]:
        try:
            for entry in self.entries():
                yield self.judged(entry) if isinstance(entry, Entry) else entry
        except Exception as error:  # noqa: BLE001 - clients raise what they like; `why` knows it
            yield failed(self.id, ROOT_NAME, self.explained(error))

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        try:
            stream = _Resumed(self.file(spelled(asset.name)), self.lost, self.explained)
        except StreamError as error:
            yield asset, NoReading.failed(self.id, asset.name, error.what, size=asset.size)
            return
        with closing(stream):
            read = replace(asset, state=None)
            yield from readings_of(cast("BinaryIO", stream), read, sampling, layouts=self._layouts)

    def state(self, asset: Asset) -> State | None:
        try:
            entry = self.listed(spelled(asset.name))
        except Exception:  # noqa: BLE001 - clients raise what they like; who is not sure reads
            return None
        return entry.state if entry else None

    def judged(self, entry: Entry) -> Asset | Coverage:
        """A file that is listed, as an asset or as one that a rule leaves out."""
        name = shown(entry.relative)
        rule = self._selection.rule(entry.relative) or self._selection.beyond(entry.size, entry.modified)
        if rule:
            return skipped(self.id, name, rule, size=entry.size)
        changed = None if entry.modified is None else datetime.fromtimestamp(entry.modified, UTC)
        return Asset(self.id, name, self.kind, size=entry.size, modified=changed, owner=entry.owner, state=entry.state)

    def explained(self, error: Exception) -> Text:
        """Why something could not be read."""
        return error.what if isinstance(error, Refused) else self.why(error)


class _Resumed:
    """A file from its first byte on; where the connection is lost, it is opened again and read on from there.

    Raises StreamError, from the constructor as well.
    """

    def __init__(
        self, begin: Callable[[int], Part], lost: Callable[[Exception], bool], why: Callable[[Exception], Text]
    ) -> None:
        self._begin, self._lost, self._why = begin, lost, why
        self._at = 0
        self._part: Part | None = None
        self._pauses = iter(PAUSES)
        self._tried(self._open)

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""
        data = self._tried(lambda: self._open().read(size))
        if data:
            self._at += len(data)
            self._pauses = iter(PAUSES)
        return data

    def close(self) -> None:
        """Lets go of the connection's part in it."""
        if self._part is not None:
            with suppress(Exception):
                self._part.close()
        self._part = None

    def _open(self) -> Part:
        if self._part is None:
            self._part = self._begin(self._at)
        return self._part

    def _tried(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - as above
                self.close()
                pause = next(self._pauses, None) if self._lost(error) else None
                if pause is None:
                    raise StreamError(self._why(error)) from None
                time.sleep(pause)
