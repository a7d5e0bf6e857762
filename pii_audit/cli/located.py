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
from pii_audit.detection.values import UNTOLD_SCORE
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
    """Ended in earlier chunks, by asset."""
    lines: Counter[str] = attribute(default_factory=Counter)
    """Ended since."""

    def __call__(self, asset: Asset, chunk: Chunk) -> None:
        """Writes the matches of one chunk, in reading order."""
        name = self.redactor.name(asset.name)
        if isinstance(chunk, TextChunk):
            for match in self.detector.text_matches(chunk.text):
                on = self._on_page(asset, chunk.text, match.start) if PAGE_END in chunk.text else None
                self._write(name, None, None, match, chunk.text[match.start : match.end], chunk.offset, on)
            if PAGE_END in chunk.text:
                self.pages[asset.id] += chunk.text.count(PAGE_END)
                self.lines[asset.id] = 0
            self.lines[asset.id] += chunk.text.count("\n", chunk.text.rfind(PAGE_END) + 1)
            return
        begins = {field.name: found for field in asset.fields if (found := _RANGE.match(field.place or ""))}
        for row, field, match, cell in self.detector.located(asset, chunk):
            if match.score <= UNTOLD_SCORE and self.detector.catalogue[match.identifier].column_only is not None:
                # What it is only its whole column can tell.
                continue
            begin = begins.get(field)
            at = {"cell": f"{begin[1]}{int(begin[2]) + row}"} if begin else None
            self._write(name, self.redactor.name(field), row, match, cell[match.start : match.end], 0, at)

    def _on_page(self, asset: Asset, text: str, start: int) -> Mapping[str, str | int]:
        """The page of a place in a chunk's text, and the line on that page, which an earlier chunk may have begun."""
        pages = text.count(PAGE_END, 0, start)
        begin = text.rfind(PAGE_END, 0, start) + 1
        line = text.count("\n", begin, start)
        if not pages:
            line += self.lines[asset.id]
        page = self.pages[asset.id] + pages + 1
        # A page's end has a line end after it, which the first page has none of.
        return {"page": page, "line": line + (page == 1)}

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
