"""A run as one unit may see it: what the unit answers for, and nothing of others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pii_audit.model.finding import Finding
from pii_audit.model.run import Run

_OF_THE_WHOLE = (
    "organisation",
    "fail_on",
    "allow_incomplete",
    "everyone",
    "key_mark",
    "region",
    "baseline_hidden",
    "baseline_gone",
    "baseline_unlooked",
)
"""Notes that are nobody's in particular; a baseline was cut to the units before it was applied."""


def of_units(run: Run, units: Collection[str]) -> Run:
    """The run with the findings of some units, and of everything else only what these findings stand on.

    Findings that no unit answers for belong to no unit's view. `notes["scope"]` says that this is a part.
    """
    findings = tuple(finding for finding in run.findings if finding.unit in units)
    suppressed = tuple(hidden for hidden in run.suppressed if hidden.finding.unit in units)
    shown = (*findings, *(hidden.finding for hidden in suppressed))
    assets = frozenset(asset for finding in shown for asset in finding.assets)
    flows = frozenset(finding.flow for finding in shown if finding.flow)
    elements = {(finding.flow, part) for finding in shown for part in _elements(finding)}
    notes = {name: value for name, value in run.notes.items() if name in _OF_THE_WHOLE}
    prefixes = (
        *(f"flow.{flow}." for flow in flows),
        *(f"asset.{asset}." for asset in assets),
        *(f"source.{asset.partition(':')[0]}." for asset in assets),
    )
    notes |= {name: value for name, value in run.notes.items() if name.startswith(prefixes)}
    notes |= {name: value for name, value in run.notes.items() if _unit_named(name) in units}
    for end in ("", "@en"):
        notes[f"scope{end}"] = ", ".join(notes.get(f"unit.{unit}{end}", unit) for unit in sorted(units))
    return replace(
        run,
        inspected=tuple(one for one in run.inspected if one.asset.id in assets),
        grants=tuple(grant for grant in run.grants if grant.asset in assets),
        coverage=tuple(row for row in run.coverage if row.id in assets),
        verdicts=tuple(verdict for verdict in run.verdicts if (verdict.flow, verdict.element) in elements),
        findings=findings,
        suppressed=suppressed,
        grouped=0,
        notes=notes,
    )


def _unit_named(note: str) -> str | None:
    return note.removeprefix("unit.").removesuffix("@en") if note.startswith("unit.") else None


def _elements(finding: Finding) -> tuple[str, ...]:
    """The verdicts' elements that a finding on a flow is about: its resource is the flow and the element."""
    return finding.resource[1:] if finding.flow else ()
