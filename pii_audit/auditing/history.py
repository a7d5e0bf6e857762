"""What flows have provided so far: by the year, by the day, delivery by delivery, and with which columns they began."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch
from pii_audit.policy.evaluation.border import regions_abroad
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
    """What each flow provided, in this run and in those recorded before it, every different reading once."""

    policy: Policy
    provided: Mapping[str, Sequence[Inspected]]
    as_of: date
    _told: dict[str, int] = field(default_factory=dict, repr=False)
    """Counted once for each recipient, however many flows it has."""

    @classmethod
    def of(
        cls, policy: Policy, now: Mapping[str, Sequence[Inspected]], earlier: Iterable[Inspected], as_of: date
    ) -> History:
        """Of the assets of a run by flow, and of earlier readings, which belong to the flow that claims them today."""
        by_flow: dict[str, list[Inspected]] = {flow: list(mine) for flow, mine in now.items()}
        for flow, one in _claimed(policy, earlier):
            by_flow.setdefault(flow, []).append(one)
        return cls(policy, by_flow, as_of)

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
            one
            for name, several in self.provided.items()
            if regions_abroad(self.policy.recipients[self._to(name)], home, self.policy.flows[name].endpoint)
            for one in several
        ]
        sensitive = (
            one for one in gone if any("pipl28" in catalogue[found.identifier].sensitive for found in one.fields)
        )
        return Abroad(_count(gone), _count(sensitive))

    def persons_per_day(self, recipient: str) -> dict[date, int]:
        """The people of whom a recipient was told on each day; what bears no date went today."""
        days: dict[date, list[Inspected]] = defaultdict(list)
        for flow, several in self.provided.items():
            if self._to(flow) == recipient:
                for one in several:
                    days[_day(one) or self.as_of].append(one)
        return {day: _count(several) for day, several in days.items()}

    def deliveries(self, flow: Flow) -> tuple[date, ...]:
        """The days of the deliveries of a flow: of each file by the date in its name, else of its last change."""
        files: dict[str, date] = {}
        for one in self.provided.get(flow.id, ()):
            day = _day(one)
            if day is not None:
                files[one.asset.id.split(INSIDE)[0]] = day
        return tuple(files.values())

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


def _day(one: Inspected) -> date | None:
    outer = one.asset.name.split(INSIDE)[0].rpartition("/")[2]
    for found in _DATE.finditer(outer):
        try:
            return date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:  # 20260231
            continue
    return one.asset.modified.date() if one.asset.modified else None


def _count(assets: Iterable[Inspected]) -> int:
    return len(sum((one.persons for one in assets), Sketch()))
