"""The chunks of one asset, parsed where that was left to others, and tallied in several processes once that pays: what makes one large file as fast as many small ones."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from pii_audit.detection.tally import Detector
from pii_audit.engine.processors import processors
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, TableChunk, TextChunk
from pii_audit.model.evidence import AssetTally
from pii_audit.sources.interface import Noted, Portion

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    Submit = Callable[[Asset, Portion], Future["Looked"]]

Looked: TypeAlias = tuple[AssetTally, Noted]
"""The tally of a portion, and what parsing it noted."""
PATIENCE = 3.0
"""Seconds of tallying in this process after which others are asked: to begin one costs about one."""
LARGE = 16 << 20
"""Bytes of an asset that takes longer than that for certain: others are asked at once."""
AHEAD = 2
"""Chunks that are read ahead for each process."""
_detector: dict[str, Detector] = {}
"""The detector of this worker process, set once when it starts."""


DIED = Text(
    "读取它的进程意外终止（可能内存不足）", "the process that read it died (perhaps there was not enough memory)"
)


def look(detector: Detector, asset: Asset, portion: Portion) -> Looked:
    """Parses a portion where it is not parsed, and tallies it."""
    if isinstance(portion, TableChunk | TextChunk):
        return detector.tally(asset, portion), Noted()
    chunk, noted = portion.parsed()
    return detector.tally(asset, chunk), noted


def side_by_side(submit: Submit, ahead: int, asset: Asset, portions: Iterable[Portion]) -> Iterator[Looked]:
    """What is in each portion, in order, while so many more are on their way.

    Raises what reading the portions raises, once those that were read are tallied; InspectionError where a process dies.
    """
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - where processes are

    pending: deque[Future[Looked]] = deque()
    try:
        for portion in portions:
            pending.append(submit(asset, portion))
            while len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool as error:
        raise InspectionError(DIED) from error
    except InspectionError:
        yield from (one.result() for one in pending)
        raise


class Tallying:
    """Tallies the chunks of one asset after another, in up to `jobs` processes (None: one for each processor); ends them when it is left."""

    def __init__(self, detector: Detector, jobs: int | None = None, *, patience: float = PATIENCE) -> None:
        self._detector = detector
        self._jobs = jobs or processors()
        self._patience = patience
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(at_once=error is not None)

    def _close(self, *, at_once: bool) -> None:
        if self._pool is None:
            return
        from pii_audit.engine.workers import stopped  # noqa: PLC0415 - as above

        if at_once:
            stopped(self._pool)
        self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def each(self, asset: Asset, portions: Iterable[Portion]) -> Iterator[Looked]:
        """What is in each portion, in order; raises as `side_by_side` does."""
        if (asset.size or 0) >= LARGE:
            self._patience = 0.0
        rest = iter(portions)
        for portion in rest:
            if self._jobs > 1 and self._patience <= 0:
                yield from self._elsewhere(asset, chain((portion,), rest))
            else:
                started = time.monotonic()
                looked = look(self._detector, asset, portion)
                self._patience -= time.monotonic() - started
                yield looked

    def _elsewhere(self, asset: Asset, portions: Iterable[Portion]) -> Iterator[Looked]:
        from pii_audit.engine.workers import workers  # noqa: PLC0415 - what is soon done goes without

        pool = self._pool = self._pool or workers(self._jobs, _prepare, self._detector)
        try:
            yield from side_by_side(
                lambda one, portion: pool.submit(_look, one, portion), AHEAD * self._jobs, asset, portions
            )
        except InspectionError as error:
            if error.what == DIED:
                # The next asset may well be read.
                self._close(at_once=True)
            raise


def _prepare(detector: Detector) -> None:
    _detector["one"] = detector


def _look(asset: Asset, portion: Portion) -> Looked:
    return look(_detector["one"], asset, portion)
