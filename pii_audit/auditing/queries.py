"""Scripts of SQL as what they let out: inspected assets, the ledger, and where in which file each column stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.graph import leaves
from pii_audit.lineage.model import Gap, Output, Untraceable
from pii_audit.model.asset import Field
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Verdict
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch

if TYPE_CHECKING:
    from pii_audit.lineage.library import Library
    from pii_audit.lineage.observing import Inventory

NOTHING_LEAVES = Text("没有语句让数据离开", "no statement lets anything out")
INSIDE = "!"


@dataclass
class Queries:
    """What some scripts let out.

    `places` are those of queries (under their asset's id and None) and of their columns, `origins` the tables behind columns.
    `persons` are the people of these tables; where a query is `restricted` it may leave some of them out.
    """

    inspected: list[Inspected] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    places: dict[tuple[str, str | None], Position] = field(default_factory=dict)
    origins: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    persons: dict[str, Sketch] = field(default_factory=dict)
    restricted: bool = False

    def told(self, name: Callable[[str], str]) -> Queries:
        """These, with assets and columns under the names by which they may be told."""

        def of(asset: str) -> str:
            source, colon, rest = asset.partition(":")
            return f"{source}:{name(rest)}" if colon else name(asset)

        return replace(
            self,
            places={
                (of(asset), name(column) if column else column): Position(name(at.file), at.line, at.column)
                for (asset, column), at in self.places.items()
            },
            origins={(of(asset), name(column)): tables for (asset, column), tables in self.origins.items()},
        )

    def located(self, finding: Finding) -> Finding:
        """The finding with the line and the column of what it is about, where it is about something here."""
        columns = finding.evidence.get("columns") or finding.evidence.get("fields") or ()
        place = self._place((finding.asset, *finding.evidence.get("assets", ())), (finding.field, *columns))
        return replace(finding, location=place) if place is not None else finding

    def placed(self, verdict: Verdict) -> Verdict:
        """The verdict with the line and the column of what it is about, where it is about something here."""
        return replace(verdict, location=self._place(verdict.assets, verdict.fields))

    def _place(self, assets: Iterable[str | None], columns: Iterable[str | None]) -> Position | None:
        pairs = product([one for one in assets if one is not None], (*columns, None))
        return next((self.places[pair] for pair in pairs if pair in self.places), None)


@dataclass(frozen=True)
class Reader:
    """Turns scripts of one source into queries. `shown` says how a name may be told, `file` how a script is called in a place."""

    library: Library
    inventory: Inventory
    dialect: Dialect
    source: str
    shown: Callable[[str], str]
    file: Callable[[str], str]

    def read(self, paths: Sequence[str]) -> Queries:
        """What the scripts at some paths let out."""
        queries = Queries()
        for path in paths:
            self.add(path, queries)
        return queries

    def add(self, path: str, into: Queries) -> None:
        """What the script at a path lets out, beside what others do."""
        traced = self.library.traced(path)
        gaps = list(traced.gaps)
        for name, output in _named(self.shown(path), traced.outputs, self.shown):
            try:
                observed = self.inventory.observed(output, self.source, name, self.dialect)
            except Untraceable as gap:
                gaps.append(Gap(output.place, gap.reason))
                continue
            self._take(path, output, observed, into)
        for one in gaps:
            place = f"{self.shown(path)}:{one.place}"
            reason = Text(self.shown(one.reason.zh), self.shown(one.reason.en))
            into.coverage.append(Coverage(self.source, place, CoverageStatus.FAILED, reason))
            into.places[into.coverage[-1].id, None] = self._position(path, one.place.line, one.place.column)
        if not traced.outputs and not gaps:
            into.coverage.append(Coverage(self.source, self.shown(path), CoverageStatus.INSPECTED, NOTHING_LEAVES))

    def _take(self, path: str, output: Output, one: Inspected, into: Queries) -> None:
        names = {column.name: self.shown(column.name) for column in output.columns}
        one = replace(
            one,
            asset=replace(one.asset, fields=tuple(self._fields(path, output))),
            tally=replace(one.tally, fields={names.get(name, name): tally for name, tally in one.tally.fields.items()}),
            fields=tuple(replace(each, field=names.get(each.field or "", each.field)) for each in one.fields),
        )
        into.inspected.append(one)
        into.coverage.append(one.coverage)
        asset = one.asset.id
        into.places[asset, None] = self._position(path, output.place.line, output.place.column)
        into.persons[asset] = self.inventory.persons(output)
        into.restricted = into.restricted or bool(output.restrictions)
        for column in output.columns:
            shown = names[column.name]
            into.places.setdefault((asset, shown), self._position(path, column.place.line, column.place.column))
            tables = frozenset(leaf.asset for leaf in leaves(column.node))
            into.origins[asset, shown] = tables | into.origins.get((asset, shown), frozenset())

    def _fields(self, path: str, output: Output) -> Iterator[Field]:
        """The columns with their places, and what they are made of as their comment."""
        for column in output.columns:
            place = self._position(path, column.place.line, column.place.column)
            made_of = ", ".join(sorted(f"{leaf.asset}.{leaf.column}" for leaf in leaves(column.node)))
            yield Field(self.shown(column.name), comment=made_of or None, place=str(place))

    def _position(self, path: str, line: int, column: int) -> Position:
        return Position(self.shown(self.file(path)), line, column)


def _named(path: str, outputs: Sequence[Output], shown: Callable[[str], str]) -> Iterator[tuple[str, Output]]:
    """The outputs under the name of their script; where it has several, each by its table or its number."""
    if len(outputs) == 1:
        yield path, outputs[0]
        return
    for number, output in enumerate(outputs, 1):
        yield f"{path}{INSIDE}{shown(output.target) if output.target else f'{output.exit.value} {number}'}", output
