"""How many people sources, flows and assets concern, and how many of them are those of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from pii_audit.errors import UsageError
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import Policy
from pii_audit.rules.people import Count, People, people_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of `sources` alone (empty: all), and `within` whose people (`core`, `core.customer`, globs) they are."""

    sources: Collection[str] = ()
    within: Sequence[str] = ()


def count_people(
    question: Question,
    readings: Sequence[Inspected],
    known: Sequence[Inspected],
    policy: Policy,
    catalogue: Catalogue,
) -> tuple[Count, ...]:
    """The people of every source, flow and asset among the readings, those who are most first.

    Several readings of one asset add up. `known` are the assets as they stand, among which `within` is looked for; UsageError when
    it names none of them.
    """
    others = _others(question.within, known, catalogue)
    wanted = [one for one in readings if not question.sources or one.asset.source in question.sources]
    counts = [
        _count(scope, name, assets, others, catalogue)
        for scope in ("source", "flow", "asset")
        for name, assets in _grouped(scope, wanted, policy).items()
    ]
    return tuple(sorted((one for one in counts if one.identifier), key=_rank))


def _rank(count: Count) -> tuple[int, int, str]:
    return ("source", "flow", "asset").index(count.scope), -count.persons, count.name


def _grouped(scope: str, readings: Iterable[Inspected], policy: Policy) -> dict[str, list[Inspected]]:
    flows = FlowMatcher(policy)
    grouped: dict[str, list[Inspected]] = {}
    for one in readings:
        if scope == "flow":
            flow = flows.find(one.asset.source, one.asset.name)
            name = flow.id if flow else None
        else:
            name = one.asset.source if scope == "source" else one.asset.id
        if name is not None:
            grouped.setdefault(name, []).append(one)
    return grouped


def _count(
    scope: Literal["source", "flow", "asset"],
    name: str,
    assets: Sequence[Inspected],
    others: People | None,
    catalogue: Catalogue,
) -> Count:
    people = people_of(assets, catalogue)
    low, high = people.persons.bounds
    return Count(
        scope,
        name,
        len({one.asset.id for one in assets}),
        people.identifier or "",
        len(people.persons),
        low,
        high,
        people.complete,
        people.among(others) if others else None,
    )


def _others(patterns: Sequence[str], known: Sequence[Inspected], catalogue: Catalogue) -> People | None:
    if not patterns:
        return None
    found = []
    for pattern in patterns:
        meant = list(_meant(pattern, known))
        if not meant:
            raise UsageError(
                Text(f"没有检查过 “{pattern}”", f'nothing called "{pattern}" was inspected'),
                where="--within",
                todo=Text(
                    "写来源（core）或其资产（core.customer，可用 *）；pii-audit inventory 列出全部",
                    "write a source (core) or an asset of one (core.customer, * for any); `pii-audit inventory` lists them",
                ),
            )
        found += meant
    return people_of({one.asset.id: one for one in found}.values(), catalogue)


def _meant(pattern: str, known: Iterable[Inspected]) -> Iterator[Inspected]:
    """The assets that `core`, `core.customer` or `core:customer` names."""
    for one in known:
        names = (one.asset.source, f"{one.asset.source}.{one.asset.name}", one.asset.id)
        if any(fnmatchcase(name, pattern) for name in names):
            yield one
