"""What is where: assets by level, and each field with its identifier, form, prevalence and reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.levels import CLASSES
from pii_audit.model.run import Inspected, Run
from pii_audit.model.sketch import Sketch
from pii_audit.render.view.words import Words

LEVELS = (*reversed(CLASSES), "")
"""The columns of the heat table, gravest first; the last holds what JR/T 0171 does not grade."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One identifier in one field, in printed form."""

    field: str
    identifier: str
    form: str
    level: str
    grades: str
    confidence: str
    prevalence: str
    bound: str
    persons: int
    samples: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset of the heat table: how many fields at each level of LEVELS, and the people concerned."""

    asset: str
    kind: str
    owner: str
    status: str
    counts: tuple[int, ...]
    persons: int
    fields: tuple[FieldRow, ...]

    @property
    def worst(self) -> int:
        """The index in LEVELS of the gravest level present."""
        return next(index for index, count in enumerate(self.counts) if count)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The assets with identifiers, gravest first, and the names of those read and found without."""

    assets: tuple[AssetRow, ...]
    without: tuple[str, ...]
    persons: int
    totals: tuple[int, ...]


def inventory(run: Run, words: Words) -> Inventory:
    """The inventory of a run; `persons` counts nobody twice."""
    rows = [_asset(one, words) for one in run.inspected if one.fields]
    rows.sort(key=lambda row: (row.worst, [-count for count in row.counts], -row.persons, row.asset))
    return Inventory(
        tuple(rows),
        tuple(sorted(one.asset.id for one in run.inspected if not one.fields)),
        _distinct(run),
        tuple(sum(row.counts[index] for row in rows) for index in range(len(LEVELS))),
    )


def _distinct(run: Run) -> int:
    """The people of all assets: those told apart by the one identifier that tells most of them.

    Sketches of different identifiers have nobody in common, even where they are of the same people: they do not add up.
    """
    known = load_catalogue()
    people: dict[str, Sketch] = {}
    for one in run.inspected:
        telling = {
            found.identifier for found in one.fields if found.identifier in known and known[found.identifier].person_key
        }
        for field in one.tally.fields.values():
            for identifier in telling & field.evidence.keys():
                people[identifier] = people.get(identifier, Sketch()) + field.evidence[identifier].persons
    largest = max((len(one.persons) for one in run.inspected), default=0)
    return max(largest, *map(len, people.values())) if people else largest


def level_of(evidence: FieldEvidence) -> str:
    """The class under JR/T 0171, empty where it has none."""
    return evidence.level.jrt0171 or ""


def _asset(one: Inspected, words: Words) -> AssetRow:
    counts = one.levels
    ordered = sorted(one.fields, key=lambda evidence: (-evidence.level.rank, evidence.field or "", evidence.identifier))
    return AssetRow(
        asset=one.asset.id,
        kind=words.known("kind", one.asset.kind.value),
        owner=one.asset.owner or "",
        status=one.coverage.status.value,
        counts=tuple(counts[level] for level in LEVELS),
        persons=len(one.persons),
        fields=tuple(_field(evidence, one.coverage, words) for evidence in ordered),
    )


def _field(evidence: FieldEvidence, coverage: Coverage, words: Words) -> FieldRow:
    name = evidence.identifier if evidence.subject == "customer" else f"{evidence.identifier}@{evidence.subject}"
    grades = [f"JR/T 0197 {evidence.level.jrt0197}" if evidence.level.jrt0197 else ""]
    grades.append(f"PCI {evidence.level.pci.upper()}" if evidence.level.pci else "")
    return FieldRow(
        field=evidence.field or words("free_text"),
        identifier=name,
        form=evidence.form.value,
        level=level_of(evidence),
        grades=" · ".join(grade for grade in grades if grade),
        confidence=words.percent(evidence.confidence),
        prevalence=words("hits_of_rows", hits=evidence.hits, rows=evidence.rows_inspected),
        bound=bound(evidence, coverage, words),
        persons=evidence.persons,
        samples=evidence.samples,
        why=tuple(
            f"{words.known('factor', reason.factor)} {reason.weight:+.2f} {reason.detail.in_(words.language)}"
            for reason in evidence.why
        ),
    )


def bound(evidence: FieldEvidence, coverage: Coverage, words: Words) -> str:
    """What the reading proves about all rows: the exact share, or "at most k of N rows at 95 %" for a sample."""
    if coverage.status is not CoverageStatus.SAMPLED:
        return words("bound_exact", share=words.percent(evidence.prevalence))
    total = coverage.total
    if total is None:
        return words("bound_share", share=words.percent(evidence.bound))
    return words("bound_rows", most=min(total, math.ceil(evidence.bound * total)), total=total)
