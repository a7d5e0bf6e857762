"""Matches as they pass, written as JSON lines: places and masks, never a value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import IO

from pii_audit.detection.gather import masked_sample
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.identifiers.model import Identifier
from pii_audit.model.asset import Asset, Chunk, TextChunk
from pii_audit.model.evidence import Match
from pii_audit.render.json import match_line

PAGE_END = "\f"
_RANGE = re.compile(r"([A-Z]+)([0-9]+):")
"""Where a column of a sheet begins, as `Field.place` has it."""


@dataclass(frozen=True)
class Located:
    """Watches chunks and writes a line for each match in them."""

    detector: Detector
    redactor: Redactor
    into: IO[str]
    pages: Counter[str] = attribute(default_factory=Counter)

    def __call__(self, asset: Asset, chunk: Chunk) -> None:
        """Writes the matches of one chunk, in reading order."""
        name = self.redactor.name(asset.name)
        if isinstance(chunk, TextChunk):
            passed = self.pages[asset.id]
            for match in self.detector.text_matches(chunk.text):
                page = passed + chunk.text.count(PAGE_END, 0, match.start) + 1
                on: Mapping[str, str | int] | None = {"page": page} if PAGE_END in chunk.text else None
                self._write(name, None, None, match, chunk.text[match.start : match.end], chunk.offset, on)
            self.pages[asset.id] += chunk.text.count(PAGE_END)
            return
        begins = {field.name: found for field in asset.fields if (found := _RANGE.match(field.place or ""))}
        for row, field, match, cell in self.detector.located(asset, chunk):
            begin = begins.get(field)
            at = {"cell": f"{begin[1]}{int(begin[2]) + row}"} if begin else None
            self._write(name, self.redactor.name(field), row, match, cell[match.start : match.end], 0, at)

    def _write(
        self,
        asset: str,
        field: str | None,
        row: int | None,
        match: Match,
        text: str,
        offset: int,
        place: Mapping[str, str | int] | None,
    ) -> None:
        definition: Identifier = self.detector.catalogue[match.identifier]
        self.into.write(
            match_line(
                asset=asset,
                field=field,
                row=row,
                start=match.start + offset,
                end=match.end + offset,
                identifier=match.identifier,
                score=match.score,
                form=str(match.form),
                masked=masked_sample(definition, match.form, text),
                place=place,
            )
        )
