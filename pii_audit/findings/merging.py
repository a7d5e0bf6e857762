"""Bringing answers from a register into the store: what is new, what both sides changed, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pii_audit.findings.life import Assign, Move, Respond
from pii_audit.language import Text
from pii_audit.model.decision import Answer
from pii_audit.model.finding import SETTLED
from pii_audit.model.lifecycle import Tracked

OWNER = Text("责任人", "Owner")
CAUSE = Text("原因", "Cause")
MEASURE = Text("整改措施", "Measure")
FINISHED = Text("完成时间", "Done on")
PROOF = Text("证明材料", "Proof")
EXTENSION = Text("延期申请至", "More time until")
ANSWERS = (OWNER, CAUSE, MEASURE, FINISHED, PROOF, EXTENSION)
"""What a unit answers, by the headings under which the register has it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one finding: as it stands in the store, and as the register has it."""

    fingerprint: str
    field: Text
    stored: str
    filled: str


def differences(tracked: Tracked, owner: str, answer: Answer) -> tuple[Difference, ...]:
    """Where a register's row says other than the store; an empty answer says nothing about the owner."""
    before = tracked.life.answer or Answer()
    pairs = (
        (OWNER, tracked.finding.owner or "", owner or tracked.finding.owner or ""),
        (CAUSE, before.cause, answer.cause),
        (MEASURE, before.measure, answer.measure),
        (FINISHED, _shown(before.finished), _shown(answer.finished)),
        (PROOF, before.evidence, answer.evidence),
        (EXTENSION, _shown(before.extension), _shown(answer.extension)),
    )
    return tuple(
        Difference(tracked.finding.fingerprint, field, stored, filled)
        for field, stored, filled in pairs
        if stored != filled
    )


def moves(tracked: Tracked, owner: str, answer: Answer) -> Iterator[tuple[str, Move]]:
    """The steps that bring a row's answer into the store; whom a settled finding was with is not changed any more."""
    fingerprint = tracked.finding.fingerprint
    if owner and owner != (tracked.finding.owner or "") and tracked.finding.status not in SETTLED:
        yield fingerprint, Assign(owner=owner)
    if answer != (tracked.life.answer or Answer()):
        yield fingerprint, Respond(answer)


def _shown(day: date | None) -> str:
    return day.isoformat() if day else ""
