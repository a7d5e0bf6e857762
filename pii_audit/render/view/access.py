"""Who can reach what: grants joined with the levels of what lies behind them, one row a principal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.grant import EVERYONE, Grant, is_everybody
from pii_audit.model.run import Run
from pii_audit.render.view.inventory import LEVELS, level_of


@dataclass(frozen=True, slots=True)
class PrincipalRow:
    """One principal and the assets with personal information that it reaches; `counts` follow LEVELS."""

    principal: str
    everyone: bool
    counts: tuple[int, ...]
    privileges: tuple[str, ...]
    grantable: bool
    opened_by: tuple[str, ...]
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Principals, everyone first and then by the gravest level; `other` grants open nothing with identifiers in it."""

    principals: tuple[PrincipalRow, ...]
    other: int


def everybody(run: Run) -> tuple[str, ...]:
    """The principals that stand for everybody: as the run's policy had it (the note `everyone`, one a line), else as shipped."""
    return tuple(run.notes["everyone"].split("\n")) if "everyone" in run.notes else EVERYONE


def access(run: Run) -> Access:
    """The access table of a run."""
    everyone = everybody(run)
    levels = _levels(run)
    reached: dict[str, list[tuple[Grant, str]]] = {}
    other = 0
    for grant in run.grants:
        level = _behind(grant, levels)
        if level is None:
            other += 1
        else:
            reached.setdefault(grant.principal, []).append((grant, level))
    rows = [_row(principal, grants, is_everybody(principal, everyone)) for principal, grants in reached.items()]
    rows.sort(key=lambda row: (not row.everyone, [-count for count in row.counts], row.principal))
    return Access(tuple(rows), other)


def _levels(run: Run) -> dict[str, dict[str | None, str]]:
    """Asset → field → gravest level; the asset as a whole under None."""
    levels: dict[str, dict[str | None, str]] = {}
    for one in run.inspected:
        for evidence in one.fields:
            fields = levels.setdefault(one.asset.id, {})
            for name in _names(evidence):
                fields[name] = max(fields.get(name, ""), level_of(evidence))
    return levels


def _names(evidence: FieldEvidence) -> tuple[str | None, ...]:
    return (None,) if evidence.field is None else (None, evidence.field)


def _behind(grant: Grant, levels: dict[str, dict[str | None, str]]) -> str | None:
    return levels.get(grant.asset, {}).get(grant.field)


def _row(principal: str, grants: list[tuple[Grant, str]], everyone: bool) -> PrincipalRow:  # noqa: FBT001 - a column of the row, not a mode
    worst: dict[str, str] = {}
    for grant, level in grants:
        worst[grant.asset] = max(worst.get(grant.asset, ""), level)
    counts = Counter(worst.values())
    return PrincipalRow(
        principal=principal,
        everyone=everyone,
        counts=tuple(counts[level] for level in LEVELS),
        privileges=tuple(sorted({grant.privilege for grant, _ in grants})),
        grantable=any(grant.grantable for grant, _ in grants),
        opened_by=tuple(sorted({grant.opened_by for grant, _ in grants})),
        assets=tuple(sorted(worst, key=lambda asset: (LEVELS.index(worst[asset]), asset))),
    )
