"""Which lines of a policy some case put to the test, and which none did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pii_audit.errors import Position
from pii_audit.language import Text, same
from pii_audit.policy.model import Flow, Lines, Policy, Purpose, Recipient
from pii_audit.policy.testing.model import Result


@dataclass(frozen=True, slots=True)
class Covered:
    """Lines that decide something: those that a case weighed, and those that none did, each with what it says."""

    hit: tuple[tuple[Position, Text], ...]
    missed: tuple[tuple[Position, Text], ...]

    @property
    def share(self) -> float:
        """The share that was weighed, 0 to 1; 1 where there is nothing to weigh."""
        every = len(self.hit) + len(self.missed)
        return len(self.hit) / every if every else 1.0


def covered(policy: Policy, results: Iterable[Result]) -> Covered:
    """The deciding lines of purposes, recipients and flows, in the order of the files."""
    weighed = {
        position for result in results for verdict in result.verdicts for position in (*verdict.trail, verdict.policy)
    }
    lines = dict(sorted(_deciding(policy), key=lambda one: one[0]))
    hit = tuple((position, what) for position, what in lines.items() if position in weighed)
    missed = tuple((position, what) for position, what in lines.items() if position not in weighed)
    return Covered(hit, missed)


def _deciding(policy: Policy) -> Iterator[tuple[Position, Text]]:
    for purpose in policy.purposes.values():
        yield from _of_purpose(purpose)
    for recipient in policy.recipients.values():
        yield from _of_recipient(recipient)
    for flow in policy.flows.values():
        yield from _of_flow(flow)
    for floor in policy.floors:
        yield from _of_lines("floor", floor.forms)
        for element in floor.never:
            yield element.position, same(f"floor never {element}")


def _of_lines(owner: str, lines: Lines | None) -> Iterator[tuple[Position, Text]]:
    for line in lines or ():
        yield line.position, same(f"{owner} {line.element}")


def _of_purpose(purpose: Purpose) -> Iterator[tuple[Position, Text]]:
    yield from _of_lines(f"{purpose.id} needs", purpose.needs)
    yield from _of_lines(f"{purpose.id} allows", purpose.allows)
    for name, combinations in (("one_of", purpose.one_of), ("never_together", purpose.never_together)):
        for combination in combinations:
            yield combination.position, same(f"{purpose.id} {name} {' + '.join(map(str, combination.elements))}")


def _of_recipient(recipient: Recipient) -> Iterator[tuple[Position, Text]]:
    yield from _of_lines(f"{recipient.id} scope", recipient.scope)
    for element in recipient.never:
        yield element.position, same(f"{recipient.id} never {element}")
    for agreement in recipient.agreements:
        yield (
            agreement.position,
            Text(f"{recipient.id} 协议 {agreement.ref}", f"{recipient.id} agreement {agreement.ref}"),
        )
        yield from _of_lines(f"{recipient.id} {agreement.ref} scope", agreement.scope)
    for name, part in (("max_persons", recipient.max_persons), ("transfer", recipient.transfer)):
        if part is not None:
            yield part.position, same(f"{recipient.id} {name}")


def _of_flow(flow: Flow) -> Iterator[tuple[Position, Text]]:
    for name in ("legal_basis", "pia", "consent"):
        if getattr(flow, name) is not None:
            yield flow.at(name), same(f"{flow.id} {name}")
    if flow.population is not None:
        yield flow.population.position, same(f"{flow.id} population")
    guard = flow.protection
    if guard is not None and (guard.file or guard.channel):
        yield guard.position, same(f"{flow.id} protection")
    elif flow.channel is not None:
        yield flow.at("channel"), same(f"{flow.id} channel")
