"""Names and addresses of running text as matches: of a whole text, and of the cells of a column."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property

from pii_audit.detection.names.span import ADDRESS, PERSON, Tagger
from pii_audit.model.evidence import Match
from pii_audit.model.forms import Form

NAMED = frozenset({PERSON, ADDRESS})
"""The identifiers that running text is searched for."""
SURE = 0.7
"""The least score of a match within a cell: a cell says less around it than a letter does, and one match speaks for its column."""
_SHORTEST = 8
"""Characters of a cell that is read as running text; what is shorter is judged as a whole, by its column."""
_PUNCTUATION = re.compile(r"[,，。;；:：!！?？、\s]")
_BETWEEN = "\n\0\n"
"""Stands between cells; nothing is found across it."""


class RunningText:
    """Finds the names and addresses, of those identifiers, with the model that ships or another."""

    def __init__(self, identifiers: Collection[str], tagger: Tagger | None = None) -> None:
        self._identifiers = NAMED.intersection(identifiers)
        self._brought = tagger

    @cached_property
    def _tagger(self) -> Tagger:
        if self._brought is not None:
            return self._brought
        from pii_audit.detection.names.tagger import load_tagger  # noqa: PLC0415 - NumPy and a model, only when asked for

        return load_tagger().spans

    def in_text(self, text: str) -> list[Match]:
        """The matches of a text in reading order."""
        from pii_audit.detection.names.finder import find_names  # noqa: PLC0415 - many patterns, only when asked for

        return [
            Match(one.identifier, one.start, one.end, one.score, Form.PLAIN)
            for one in find_names(text, self._tagger)
            if one.identifier in self._identifiers
        ]

    def in_cells(self, values: Sequence[str]) -> dict[int, list[Match]]:
        """The surer matches of cells long enough to be text, by the place of the cell; offsets within it."""
        prose = [place for place, value in enumerate(values) if len(value) >= _SHORTEST and not value.isdecimal()]
        starts, at = [], 0
        for place in prose:
            starts.append(at)
            at += len(values[place]) + len(_BETWEEN)
        # A line break within a cell stays one character, and a cell stays one piece of text.
        joined = _BETWEEN.join(values[place] for place in prose)
        found: dict[int, list[Match]] = {}
        number = 0
        for match in self.in_text(joined):
            while number + 1 < len(starts) and starts[number + 1] <= match.start:
                number += 1
            start, end = match.start - starts[number], match.end - starts[number]
            if match.score >= SURE and _within(values[prose[number]], start, end):
                moved = Match(match.identifier, start, end, match.score, match.form)
                found.setdefault(prose[number], []).append(moved)
        return found


def _within(cell: str, start: int, end: int) -> bool:
    """Whether a match is part of a text: not the whole cell, nor the head of a title such as `张小泉不锈钢菜刀`."""
    rest = cell[end:].strip()
    return bool(cell[:start].strip()) or (bool(rest) and _PUNCTUATION.search(rest) is not None)
