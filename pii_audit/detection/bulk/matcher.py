"""The matcher of the program: the exact reference for what is short, the bulk engine for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from pii_audit.detection.buffer import Buffer
from pii_audit.detection.matcher import Candidate, ForeignFinder, Matcher

if TYPE_CHECKING:
    from pii_audit.detection.bulk.candidates import Candidates
    from pii_audit.detection.bulk.engine import Engine

SMALL = 8_000
"""Characters; in a shorter text the reference is done before the tables are at hand."""


class BulkMatcher(Matcher):
    """Finds the identifiers of a set in texts as `Matcher` does, long ones all at once; prepared when first asked for one, then free of state."""

    def candidates(
        self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()
    ) -> Iterator[Candidate]:
        if len(text) < SMALL:
            yield from super().candidates(text, refuted=refuted, hinted=hinted)
        else:
            yield from self.find(text, refuted=refuted, hinted=hinted).objects(self.identifiers)

    def arrays(self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()) -> Candidates:
        read = super().arrays if len(text) < SMALL else self.find
        return read(text, refuted=refuted, hinted=hinted)

    def find(self, text: str, *, refuted: bool = False, hinted: frozenset[str] = frozenset()) -> Candidates:
        """The same, however short the text is."""
        found = self._engine.find(text, hinted).joined(
            (self.order[foreign.identifier.id], one) for foreign in self._foreign for one in self._alone(foreign, text)
        )
        return found if refuted else found.at(found.base > 0)

    def _alone(self, foreign: ForeignFinder, text: str) -> Iterator[Candidate]:
        """What an identifier finds by itself."""
        buffer = Buffer(text, 0)
        for one in foreign.candidates(buffer, text):
            if not buffer.part_of_uuid(one.start, one.end):
                yield one

    @cached_property
    def _engine(self) -> Engine:
        # NumPy is loaded where there is something for it to do.
        from pii_audit.detection.bulk.engine import Engine  # noqa: PLC0415

        return Engine(self.identifiers)
