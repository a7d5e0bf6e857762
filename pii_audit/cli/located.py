"""Matches as they pass, written as JSON lines: places and masks, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from pii_audit.detection.gather import masked_sample
from pii_audit.detection.redact import Redactor
from pii_audit.detection.tally import Detector
from pii_audit.identifiers.model import Identifier
from pii_audit.model.asset import Asset, Chunk, TextChunk
from pii_audit.model.evidence import Match
from pii_audit.render.json import match_line


@dataclass(frozen=True)
class Located:
    """Watches chunks and writes a line for each match in them."""

    detector: Detector
    redactor: Redactor
    into: IO[str]

    def __call__(self, asset: Asset, chunk: Chunk) -> None:
        """Writes the matches of one chunk, in reading order."""
        name = self.redactor.name(asset.name)
        if isinstance(chunk, TextChunk):
            for match in self.detector.text_matches(chunk.text):
                self._write(name, None, None, match, chunk.text[match.start : match.end], chunk.offset)
            return
        for row, field, match, cell in self.detector.located(asset, chunk):
            self._write(name, self.redactor.name(field), row, match, cell[match.start : match.end], 0)

    def _write(self, asset: str, field: str | None, row: int | None, match: Match, text: str, offset: int) -> None:
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
            )
        )
