"""What flows have provided so far: by the year, by the day, delivery by delivery, and with which columns they began."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import NamedTuple

from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.evaluation.border import regions_abroad
from pii_audit.policy.evaluation.case import gather, is_sensitive
from pii_audit.policy.matching import INSIDE, FlowMatcher
from pii_audit.policy.model import Flow, Policy

_DATE = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d{1,5}(?!\d))")
"""A date in a file's name, alone or with a time of day behind it: 20260630, 2026-06-30, 20260630T0830, 20260630083000."""


class Abroad(NamedTuple):
    """People of whom anybody abroad was told, and those of them of whom something sensitive went (PIPL Art. 28)."""

    everybody: int
    sensitive: int


@dataclass(frozen=True)
class History:
    """What each flow provided, in this run and in those recorded before it, every different reading once.

    Days are those of `zone`, the time zone of the workspace.
    """

    policy: Policy
    provided: Mapping[str, Sequence[Inspected]]
    as_of: date
    zone: tzinfo = UTC
    _told: dict[str, int] = field(default_factory=dict, repr=False)
    """Counted once for each recipient, however many flows it has."""

    @classmethod
    def of(
        cls,
        policy: Policy,
        now: Mapping[str, Sequence[Inspected]],
        earlier: Iterable[Inspected],
        as_of: date,
        zone: tzinfo = UTC,
    ) -> History:
        """Of the assets of a run by flow, and of earlier readings, which belong to the flow that claims them today."""
        by_flow: dict[str, list[Inspected]] = {flow: list(mine) for flow, mine in now.items()}
        for flow, one in _claimed(policy, earlier):
            by_flow.setdefault(flow, []).append(one)
        return cls(policy, by_flow, as_of, zone)

    def told(self, recipient: str) -> int:
        """The people of whom a recipient was told, by whichever flow."""
        if recipient not in self._told:
            to = (several for flow, several in self.provided.items() if self._to(flow) == recipient)
            self._told[recipient] = _count(one for several in to for one in several)
        return self._told[recipient]

    def abroad(self, catalogue: Catalogue) -> Abroad:
        """The people of whom anybody abroad was told."""
        home = self.policy.cross_border.home
        gone = [
            (self.policy.flows[name], one)
            for name, several in self.provided.items()
            if regions_abroad(self.policy.recipients[self._to(name)], home, self.policy.flows[name].endpoint)
            for one in several
        ]
        return Abroad(
            _count(one for _, one in gone), _count(one for flow, one in gone if _is_sensitive(one, flow, catalogue))
        )

    def persons_per_day(self, recipient: str) -> dict[date, int]:
        """The people of whom a recipient was told on each day; what bears no date went today."""
        days: dict[date, list[Inspected]] = defaultdict(list)
        for flow, several in self.provided.items():
            if self._to(flow) == recipient:
                for one in several:
                    days[self._day(one) or self.as_of].append(one)
        return {day: _count(several) for day, several in days.items()}

    def deliveries(self, flow: Flow) -> tuple[date, ...]:
        """The days of the deliveries of a flow: of each file by the date in its name, else of its last change.

        A file that was written anew on another day was delivered anew.
        """
        told = ((one.asset.id.split(INSIDE)[0], self._day(one)) for one in self.provided.get(flow.id, ()))
        return tuple(day for _, day in dict.fromkeys(told) if day is not None)

    def _day(self, one: Inspected) -> date | None:
        return _named_day(one) or (one.asset.modified.astimezone(self.zone).date() if one.asset.modified else None)

    def _to(self, flow: str) -> str:
        return self.policy.flows[flow].recipient


def first_columns(policy: Policy, first: Iterable[Inspected]) -> dict[str, set[str]]:
    """The columns that each flow had in the first run that is on record; flows that it did not see are left out."""
    found: dict[str, set[str]] = {}
    for flow, one in _claimed(policy, first):
        found.setdefault(flow, set()).update(one.columns)
    return found


def _claimed(policy: Policy, assets: Iterable[Inspected]) -> Iterable[tuple[str, Inspected]]:
    flows = FlowMatcher(policy)
    for one in assets:
        flow = flows.find(one.asset.source, one.asset.name)
        if flow is not None:
            yield flow.id, one


def _is_sensitive(one: Inspected, flow: Flow, catalogue: Catalogue) -> bool:
    return any(is_sensitive(seen.identifier, seen.subject, catalogue) for seen in gather(one.fields, flow))


def _named_day(one: Inspected) -> date | None:
    outer = one.asset.name.split(INSIDE)[0].rpartition("/")[2]
    for found in _DATE.finditer(outer):
        try:
            return date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:  # 20260231
            continue
    return None


def _count(assets: Iterable[Inspected]) -> int:
    return len(sum((one.persons for one in assets), Sketch()))
