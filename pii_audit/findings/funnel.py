"""The one funnel: drafts in, findings out, with severity, clauses, identity, owner and date; exceptions set aside and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pii_audit.errors import Position
from pii_audit.language import Text
from pii_audit.model.finding import WORST_FIRST, Finding, Outcome, Severity
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Suppressed
from pii_audit.policy.exceptions import Breach, excepted
from pii_audit.policy.model import Policy
from pii_audit.rules.catalogue import Rule, cited, load_rules
from pii_audit.rules.custom import as_rule
from pii_audit.rules.interface import Draft
from pii_audit.rules.severity import load_scale

DAYS_TO_MEND: Mapping[Severity, int | None] = {
    Severity.CRITICAL: 7,
    Severity.HIGH: 30,
    Severity.MEDIUM: 90,
    Severity.LOW: 180,
    Severity.INFO: None,
}
"""Days from first sight to the due date; our own default, no regulation sets it."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose a finding is: the owner, and the unit that answers for it."""

    owner: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Funnel:
    """Completes drafts. `owner_of` tells whose a draft is; `gaps_are` the severity of every gap (the gate's rule).

    `partly` are the assets that were not read to their end.
    """

    policy: Policy
    fingerprinter: Fingerprinter
    as_of: date
    standards: Collection[str]
    owner_of: Callable[[Draft], Ownership]
    gaps_are: Severity | None = None
    partly: AbstractSet[str] = frozenset()

    def run(self, drafts: Iterable[Draft]) -> tuple[list[Finding], list[Suppressed], int]:
        """Findings by severity and rule, those that an exception hides, and how many drafts were merged into one of the same identity."""
        merged: dict[str, Finding] = {}
        grouped = 0
        for draft in drafts:
            finding = self._finding(draft)
            if finding.fingerprint in merged:
                finding = _merged(merged[finding.fingerprint], finding)
                grouped += 1
            merged[finding.fingerprint] = finding
        findings: list[Finding] = []
        suppressed: list[Suppressed] = []
        # What was approved is asked of the whole: each part of it may be within its bounds.
        for finding in merged.values():
            exception = excepted(self.policy, Breach.of_finding(finding, self.partly), self.as_of)
            if exception is None:
                findings.append(finding)
            else:
                reason = f"{exception.position.to_line}: {exception.reason} ({exception.approver})"
                suppressed.append(Suppressed(replace(finding, suppressed_by=reason), reason, exception.basis))
        ordered = sorted(findings, key=lambda one: (-one.severity.rank, one.rule, one.resource))
        return ordered, suppressed, grouped

    def _finding(self, draft: Draft) -> Finding:
        custom = self.policy.rules.get(draft.rule)
        rule = as_rule(custom) if custom is not None else load_rules()[draft.rule]
        severity = self._severity(rule, draft)
        days = DAYS_TO_MEND[severity]
        ownership = self.owner_of(draft)
        return Finding(
            rule=draft.rule,
            resource=draft.resource,
            severity=severity,
            title=rule.title,
            message=draft.message,
            remediation=_joined(draft.remediation, rule.remediation),
            fingerprint=self.fingerprinter.text("finding", draft.rule, *draft.resource),
            asset=draft.asset,
            field=draft.field,
            identifiers=draft.identifiers,
            flow=draft.flow,
            recipient=draft.recipient,
            principal=draft.principal,
            source=draft.source,
            evidence=draft.evidence,
            clauses=cited(rule, self.standards),
            stage=rule.stage,
            phase=rule.phases[0],
            outcome=draft.outcome,
            policy=draft.policy,
            location=Position(draft.asset) if draft.asset else None,
            owner=ownership.owner,
            unit=ownership.unit,
            due=self.as_of + timedelta(days=days) if days is not None else None,
        )

    def _severity(self, rule: Rule, draft: Draft) -> Severity:
        if draft.outcome is Outcome.GAP and self.gaps_are is not None:
            return self.gaps_are
        return load_scale().from_people(self.policy.severity).severity(rule, draft.concern)


def without_identifiers(suppressed: Iterable[Suppressed], shown: Callable[[str], str]) -> tuple[Suppressed, ...]:
    """What exceptions hide, with their reasons as they may be shown: whoever writes a policy may write an identifier."""
    return tuple(
        Suppressed(replace(one.finding, suppressed_by=shown(one.exception)), shown(one.exception), shown(one.basis))
        for one in suppressed
    )


def _joined(own: Text | None, general: Text) -> Text:
    """What to do about this very thing, then what the rule advises."""
    if own is None:
        return general
    first = own.en[:1].upper() + own.en[1:].rstrip(".")
    return Text(f"{own.zh.rstrip('。')}。{general.zh}", f"{first}. {general.en}")


def _merged(first: Finding, second: Finding) -> Finding:
    """Two drafts of one identity: the worse severity, a violation if either is one, the columns of both."""
    both_ways = (first, second)
    worse = min(both_ways, key=lambda one: (WORST_FIRST.index(one.outcome), -one.severity.rank))
    gravest = max(both_ways, key=lambda one: one.severity.rank)
    evidence = {**first.evidence, **{key: value for key, value in second.evidence.items() if key not in first.evidence}}
    for key in ("fields", "assets", "columns", "found", "samples"):
        both = [
            *first.evidence.get(key, ()),
            *(one for one in second.evidence.get(key, ()) if one not in first.evidence.get(key, ())),
        ]
        if both:
            evidence[key] = both
    if "forms" in first.evidence and "forms" in second.evidence:
        evidence["forms"] = dict(Counter(first.evidence["forms"]) + Counter(second.evidence["forms"]))
        evidence["hits"] = sum(evidence["forms"].values())
    for key in ("persons", "persons_at_most"):
        counts = [one.evidence[key] for one in both_ways if key in one.evidence]
        if counts:
            evidence[key] = max(counts)
    identifiers = tuple(dict.fromkeys((*first.identifiers, *second.identifiers)))
    return replace(worse, evidence=evidence, identifiers=identifiers, severity=gravest.severity, due=gravest.due)
