"""What leaves by a statement, as if it had been read: an inspected asset whose evidence is that of the columns behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.graph import Leaf, leaves
from pii_audit.lineage.model import Output, OutputColumn, Untraceable
from pii_audit.lineage.relations import Stored
from pii_audit.lineage.showing import Showing, Shown
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import AssetTally, FieldEvidence, FieldTally, Reason
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import Sketch

UNBOUNDED = 1 << 62
"""Stands for a number of rows that nobody knows."""


@dataclass(frozen=True)
class Inventory:
    """What is known of stored tables, by the ids of their assets; `catalogue` knows the identifiers found there."""

    assets: Mapping[str, Inspected]
    catalogue: Catalogue
    functions: Functions = field(default_factory=Functions)

    @classmethod
    def of(cls, inspected: Iterable[Inspected], catalogue: Catalogue, functions: Functions | None = None) -> Inventory:
        """The tables and views among what was inspected."""
        kinds = (AssetKind.TABLE, AssetKind.VIEW)
        assets = {one.asset.id: one for one in inspected if one.asset.kind in kinds}
        return cls(assets, catalogue, functions or Functions())

    def stored(self, sources: Sequence[str] = ()) -> list[Stored]:
        """The tables that statements may read: those of some sources, or all."""
        return [
            Stored(one.asset.id, one.asset.source, one.asset.name, _columns(one))
            for one in self.assets.values()
            if not sources or one.asset.source in sources
        ]

    def observed(self, output: Output, source: str, name: str, dialect: Dialect) -> Inspected:
        """An output as an inspected asset.

        Raises Untraceable where a column behind it was not inspected, or is too entangled. Its rows are as many as there may be people at most.
        """
        asset = Asset(source, name, AssetKind.QUERY, tuple(Field(column.name) for column in output.columns))
        showing = Showing(self.catalogue, self.functions, dialect)
        found = [
            (column, leaf, statement, shown)
            for column in output.columns
            for leaf, statement in self._statements(column)
            for shown in showing.shown(column.node, leaf, statement)
        ]
        # Parts of one value in several columns are put together again.
        told = [
            _told(asset.id, column, leaf, statement, showing.together(shown))
            for column, leaf, statement, shown in found
        ]
        tallies: dict[str, FieldTally] = {}
        for column in output.columns:
            tally = self._tally(column, [one for one in told if one.field == column.name])
            tallies[column.name] = tallies[column.name] + tally if column.name in tallies else tally
        coverage = Coverage(source, name, CoverageStatus.INSPECTED)
        return Inspected(
            asset,
            coverage,
            AssetTally(rows=self._bound({leaf.asset for _, leaf, *_ in found}), fields=tallies),
            tuple(_distinct(told)),
        )

    def persons(self, output: Output) -> Sketch:
        """The people of the tables behind an output: where it leaves no row out, those whom it holds. Empty where that is not known."""
        behind = self._behind(output)
        if any(one.coverage.status is not CoverageStatus.INSPECTED for one in behind):
            return Sketch()
        return sum((one.persons for one in behind), Sketch())

    def _statements(self, column: OutputColumn) -> Iterator[tuple[Leaf, FieldEvidence]]:
        for leaf in leaves(column.node):
            inspected = self.assets[leaf.asset]
            if inspected.coverage.incomplete:
                raise Untraceable(Text(f"{leaf.asset} 未能检查", f"{leaf.asset} could not be inspected"))
            if not inspected.tally.rows:
                reason = Text(
                    f"{leaf.asset} 检查时是空表，内容未知",
                    f"{leaf.asset} was empty when it was inspected: what it will hold is not known",
                )
                raise Untraceable(reason)
            yield from ((leaf, one) for one in inspected.fields if one.field == leaf.column)

    def _tally(self, column: OutputColumn, told: Sequence[FieldEvidence]) -> FieldTally:
        behind = [(self.assets[leaf.asset].tally.fields.get(leaf.column), leaf) for leaf in leaves(column.node)]
        tallies = [tally for tally, _ in behind if tally is not None]
        evidence = {}
        for one in told:
            known = next(
                (tally.evidence[one.identifier] for tally in tallies if one.identifier in tally.evidence), None
            )
            if known is not None:
                kept = known.persons if one.form in PLAIN_EQUIVALENT else Sketch()
                evidence[one.identifier] = replace(known, forms={one.form: one.hits}, persons=kept)
        return FieldTally(
            rows=max((tally.rows for tally in tallies), default=0),
            filled=max((tally.filled for tally in tallies), default=0),
            prose=max((tally.prose for tally in tallies), default=0),
            evidence=evidence,
        )

    def _behind(self, output: Output) -> list[Inspected]:
        ids = dict.fromkeys(leaf.asset for column in output.columns for leaf in leaves(column.node))
        return [self.assets[one] for one in ids]

    def _bound(self, personal: Iterable[str]) -> int:
        """The people of the tables from which something personal comes, else their rows."""
        total = 0
        for one in (self.assets[name] for name in sorted(personal)):
            whole = one.coverage.status is CoverageStatus.INSPECTED
            if whole and one.persons.payload:
                total += len(one.persons)
            elif whole or one.coverage.total is not None:
                total += one.tally.rows if one.coverage.total is None else one.coverage.total
            else:
                return UNBOUNDED
        return total


def _columns(one: Inspected) -> tuple[str, ...]:
    return tuple(column.name for column in one.asset.fields) or one.columns


def _told(asset: str, column: OutputColumn, leaf: Leaf, statement: FieldEvidence, shown: Shown) -> FieldEvidence:
    origin = f"{leaf.asset}.{leaf.column}"
    return replace(
        statement,
        asset=asset,
        field=column.name,
        form=shown.form,
        why=(*statement.why, Reason("lineage", Text(f"取自 {origin}", f"from {origin}"), 0.0)),
        inadequate=0 if shown.adequate else statement.hits,
        shown=shown.shown,
        samples=statement.samples if shown.form is statement.form else (),
    )


def _distinct(told: Iterable[FieldEvidence]) -> list[FieldEvidence]:
    """One statement for each column, identifier, subject and form: the one with the most rows behind it."""
    found: dict[tuple[object, ...], FieldEvidence] = {}
    for one in told:
        key = (one.field, one.identifier, one.subject, one.form, one.inadequate == 0)
        if key not in found or one.hits > found[key].hits:
            found[key] = one
    return list(found.values())
