"""What proves a finding, as a keyed HMAC: the values themselves, while they are few enough to be looked at one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Finding
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected

FEW = 20
"""So many values of one identifier in one field a person may be expected to have looked at."""


def proved(
    findings: Iterable[Finding], inspected: Sequence[Inspected], fingerprinter: Fingerprinter
) -> tuple[Finding, ...]:
    """The findings with `proof` in the evidence of those whose values are few: a decision on them is about these values."""
    by_asset = {one.asset.id: one for one in inspected}
    return tuple(_proved(finding, by_asset, fingerprinter) for finding in findings)


def _proved(finding: Finding, by_asset: Mapping[str, Inspected], fingerprinter: Fingerprinter) -> Finding:
    if finding.flow:
        return finding
    listed = finding.evidence.get("found")
    statements = listed if isinstance(listed, list) else ()
    parts: list[str] = []
    for one in statements:
        asset = by_asset.get(one["asset"])
        tally = asset.tally.fields.get(one["field"] or FREE_TEXT) if asset else None
        evidence = tally.evidence.get(one["identifier"]) if tally else None
        if evidence is None or not evidence.persons.payload or len(evidence.persons) > FEW:
            return finding
        # Without the asset's name: renamed, it holds the same.
        parts += (one["field"] or FREE_TEXT, one["identifier"], evidence.persons.payload.hex())
    if not parts:
        return finding
    return replace(finding, evidence={**finding.evidence, "proof": fingerprinter.text("proof", *parts)})
