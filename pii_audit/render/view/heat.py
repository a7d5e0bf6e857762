"""The heat map of the inventory: where which identifier is, and of how many people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pii_audit.model.asset import AssetKind
from pii_audit.model.evidence import FREE_TEXT, FieldEvidence
from pii_audit.model.run import Inspected, Run
from pii_audit.model.sketch import Sketch
from pii_audit.render.view.inventory import LEVELS, level_of
from pii_audit.render.view.words import Words

ROWS, COLUMNS = 30, 24
"""So many places and identifiers one can take in at a glance; assets are put together until they fit, the rest is counted."""
SHADES = (1_000, 100_000)
"""From so many people on, a cell is of the second and of the third shade."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One identifier in one place: `shade` 1 to 3 by its number, 0 where it is not; `exact` is the number in words."""

    shown: str = ""
    exact: str = ""
    shade: int = 0


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One place: an asset, or `assets` of them under a folder, a schema or a source."""

    place: str
    assets: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`levels` are the classes of neighbouring columns and how many each spans; `columns` (level, title) of each identifier."""

    levels: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    more_columns: int
    more_rows: int


@dataclass(slots=True)
class _Count:
    """People told apart, and rows, of one identifier in one place."""

    persons: Sketch = Sketch()
    most: int = 0
    rows: int = 0

    def add(self, one: Inspected, evidence: FieldEvidence) -> None:
        tally = one.tally.fields.get(evidence.field or FREE_TEXT)
        if tally and evidence.identifier in tally.evidence:
            self.persons += tally.evidence[evidence.identifier].persons
        self.most = max(self.most, evidence.persons)
        self.rows += evidence.hits

    @property
    def people(self) -> int:
        """Distinct ones; at least as many as the largest field says."""
        return max(len(self.persons), self.most)


def heat_map(run: Run, words: Words) -> HeatMap | None:
    """The map of what a run found; None where it found nothing."""
    holding = [one for one in run.inspected if one.fields]
    if not holding:
        return None
    members = _places(holding)
    counts: dict[tuple[str, str], _Count] = {}
    worst: dict[str, str] = {}
    for place, assets in members.items():
        for one in assets:
            for evidence in one.fields:
                counts.setdefault((place, evidence.identifier), _Count()).add(one, evidence)
                worst[evidence.identifier] = max(worst.get(evidence.identifier, ""), level_of(evidence))
    identifiers = _ordered(worst, counts)
    shown = identifiers[:COLUMNS]
    places = sorted(members, key=lambda place: _weight(place, shown, worst, counts))
    return HeatMap(
        levels=tuple(
            (level, span) for level in LEVELS if (span := sum(worst[identifier] == level for identifier in shown))
        ),
        columns=tuple((worst[identifier], words.element(identifier)) for identifier in shown),
        rows=tuple(
            HeatRow(place, len(members[place]), tuple(_cell(counts.get((place, name)), words) for name in shown))
            for place in places[:ROWS]
        ),
        more_columns=len(identifiers) - len(shown),
        more_rows=max(0, len(places) - ROWS),
    )


def _places(holding: Sequence[Inspected]) -> Mapping[str, Sequence[Inspected]]:
    """Places and the assets in each: folders and schemas, or sources where those are too many; the small ones asset by asset.

    As many as fit into the map are told apart.
    """
    groups = _grouped(holding, _folder)
    if len(groups) > ROWS:
        groups = _grouped(holding, lambda one: one.asset.source)
    room = ROWS - len(groups)
    for name in sorted(groups, key=lambda name: (len(groups[name]), name)):
        if len(groups[name]) - 1 <= room:
            room -= len(groups[name]) - 1
            groups |= {one.asset.id: [one] for one in groups.pop(name)}
    return groups


def _grouped(holding: Sequence[Inspected], key: Callable[[Inspected], str]) -> dict[str, list[Inspected]]:
    groups: dict[str, list[Inspected]] = {}
    for one in holding:
        groups.setdefault(key(one), []).append(one)
    return groups


def _folder(one: Inspected) -> str:
    separator = "." if one.asset.kind in (AssetKind.TABLE, AssetKind.VIEW) else "/"
    head, _, rest = one.asset.name.partition(separator)
    return f"{one.asset.source}:{head}{separator}" if rest else one.asset.source


def _ordered(worst: Mapping[str, str], counts: Mapping[tuple[str, str], _Count]) -> list[str]:
    """Identifiers by class, the gravest first, then by how much there is of each."""
    rows: dict[str, int] = {}
    for (_, identifier), count in counts.items():
        rows[identifier] = rows.get(identifier, 0) + count.rows
    return sorted(worst, key=lambda name: (LEVELS.index(worst[name]), -rows[name], name))


def _weight(
    place: str, shown: Sequence[str], worst: Mapping[str, str], counts: Mapping[tuple[str, str], _Count]
) -> tuple[int, int, str]:
    """The places with the gravest class come first, then those with most people."""
    there = [name for name in shown if (place, name) in counts]
    gravest = min((LEVELS.index(worst[name]) for name in there), default=len(LEVELS))
    return gravest, -max((counts[place, name].people for name in there), default=0), place


def _cell(count: _Count | None, words: Words) -> Cell:
    if count is None:
        return Cell()
    number = count.people or count.rows
    exact = words("heat_persons" if count.people else "heat_rows", count=number)
    return Cell(words.compact(number), exact, 1 + sum(number >= bound for bound in SHADES))
