"""The values of one column, written anew: matches that may not stay are replaced, everything around them stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pii_audit.auditing.fixing.plan import Plan, Treatment
from pii_audit.auditing.fixing.remedy import Action
from pii_audit.detection.tally import Detector
from pii_audit.model.asset import Asset, TableChunk
from pii_audit.model.evidence import Match
from pii_audit.model.forms import Form
from pii_audit.sources.format.pieces.interface import Piece, Slot

BATCH = 5_000
"""Values that are looked at together."""
CHARACTERS = 8 << 20


@dataclass
class Treating:
    """Pieces in, text out; `counts` tells by column how many values were written anew, and how."""

    detector: Detector
    asset: Asset
    plan: Plan
    shown: Callable[[str], str]
    counts: dict[str, Counter[Action]] = field(default_factory=dict)

    def text(self, pieces: Iterator[Piece]) -> Iterator[str]:
        """The whole text, in order, in bounded memory."""
        held: list[Piece] = []
        slots = size = 0
        for piece in pieces:
            held.append(piece)
            slots += isinstance(piece, Slot)
            size += len(piece.raw if isinstance(piece, Slot) else piece)
            if slots >= BATCH or size >= CHARACTERS:
                yield self._settled(held)
                held, slots, size = [], 0, 0
        yield self._settled(held)

    def _settled(self, pieces: Sequence[Piece]) -> str:
        by_column: dict[str, list[Slot]] = {}
        for piece in pieces:
            if isinstance(piece, Slot):
                by_column.setdefault(piece.column, []).append(piece)
        written = {column: self._column(column, slots) for column, slots in by_column.items()}
        return "".join(piece if isinstance(piece, str) else next(written[piece.column]) for piece in pieces)

    def _column(self, column: str, slots: Sequence[Slot]) -> Iterator[str]:
        name = self.shown(column)
        treatment = self.plan.treated[name]
        counts = self.counts.setdefault(name, Counter())
        distinct = list(dict.fromkeys(slot.value for slot in slots))
        matches: dict[str, list[Match]] = {value: [] for value in distinct}
        chunk = TableChunk("", range(len(distinct)), {column: distinct})
        for _, _, match, value in self.detector.located(self.asset, chunk):
            matches[value].append(match)
        for slot in slots:
            action, text = self._value(slot, matches[slot.value], treatment)
            if action is not None:
                counts[action] += 1
            yield text

    def _value(self, slot: Slot, matches: Sequence[Match], treatment: Treatment) -> tuple[Action | None, str]:
        """How a value is written, and what that was; None where it stays."""
        value = slot.value
        mine = [match for match in matches if match.identifier in treatment.remedies]
        others = any(match.identifier in treatment.others for match in matches)
        if not mine and not others and treatment.remedies.get(treatment.owner or "") and any(map(str.isalnum, value)):
            # Of a column of names each cell is one, be it unknown to all lists.
            start = len(value) - len(value.lstrip())
            mine = [Match(str(treatment.owner), start, start + len(value.strip()), 0.0, Form.PLAIN)]
        text, done, free = value, None, len(value)
        for match in sorted(mine, key=lambda match: -match.start):
            if match.end > free:
                return Action.REMOVED, slot.write(None) or ""
            free = match.start
            remedy = treatment.remedies[match.identifier]
            seen = value[match.start : match.end]
            if remedy is not None and remedy.leaves(match.form, seen.strip()):
                continue
            replaced = None
            for action, put in remedy.written(match.form, seen) if remedy else ():
                candidate = text[: match.start] + put + text[match.end :]
                if slot.write(candidate) is not None:
                    replaced = (action, candidate)
                    break
            if replaced is None:
                return Action.REMOVED, slot.write(None) or ""
            done, text = replaced
        return (None, slot.raw) if done is None else (done, slot.write(text) or "")
