"""Findings as cards: what is wrong, on which proof, under which clause, and who puts it right by when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pii_audit.model.finding import Finding, Severity
from pii_audit.model.run import Run
from pii_audit.render.view.declared import unit_title
from pii_audit.render.view.words import Words

STAGES = ("collect", "store", "use", "provide")
IN_TABLE = frozenset({"forms", "hits", "rows_inspected", "prevalence", "bound", "samples"})
"""Totals that the table of fields already shows; printed beside it only where the table leaves fields out."""
OF_ONE = frozenset({"persons", "fields", "columns"})
"""What says nothing more where there is a single field."""
STATEMENTS = 20
"""So many fields of one finding are shown with their numbers; the rest is counted."""
LISTED = 30
"""So many members of one list of evidence are printed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line of evidence; `items` are shown as separate masked or counted values."""

    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one field holds, as proof of a finding; the printed form of a member of `evidence["found"]`."""

    place: str
    identifier: str
    form: str
    prevalence: str
    bound: str
    persons: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One finding, ready to print; `severity`, `stage`, `source`, `status` and `change` also serve the filters."""

    key: str
    rule: str
    severity: str
    title: str
    resource: str
    message: str
    remediation: str
    clauses: tuple[str, ...]
    facts: tuple[Fact, ...]
    statements: tuple[Statement, ...]
    more_statements: int
    recipient: str
    stage: str
    source: str
    status: str
    change: str
    policy: str
    location: str
    owner: str
    unit: str
    due: str
    decision: str
    open: bool


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What all findings of one rule share, printed once beside a list too long for repeating it in every card."""

    rule: str
    title: str
    remediation: str
    clauses: tuple[str, ...]


def resource_of(finding: Finding) -> str:
    """Where the finding stands, in one line: flow and element, or asset and field, or whoever holds the right."""
    if finding.flow:
        parts = [finding.flow, finding.field or "/".join(finding.identifiers)]
        return " › ".join(part for part in parts if part)
    if finding.asset:
        place = f"{finding.asset} › {finding.field}" if finding.field else finding.asset
        return f"{finding.principal} → {place}" if finding.principal else place
    return finding.principal or finding.source or " / ".join(finding.resource)


def cards(run: Run, words: Words) -> tuple[Card, ...]:
    """Every finding of the run: those that stand first, then the worst, then by rule and place."""
    standing = {id(finding) for finding in run.standing}

    def order(finding: Finding) -> tuple[bool, int, str, str]:
        return (id(finding) not in standing, -finding.severity.rank, finding.rule, resource_of(finding))

    return tuple(
        _card(run, finding, words, stands=id(finding) in standing) for finding in sorted(run.findings, key=order)
    )


def _card(run: Run, finding: Finding, words: Words, *, stands: bool) -> Card:
    language = words.language
    proof = [member for member in _sequence(finding.evidence.get("found")) if isinstance(member, Mapping)]
    told = IN_TABLE if proof and len(proof) <= STATEMENTS else frozenset[str]()
    if len(proof) == 1:
        told |= OF_ONE
    rest = {
        name: value for name, value in finding.evidence.items() if name not in told and not (name == "found" and proof)
    }
    return Card(
        key=finding.fingerprint,
        rule=finding.rule,
        severity=finding.severity.value,
        title=finding.title.in_(language),
        resource=resource_of(finding),
        message=finding.message.in_(language),
        remediation=finding.remediation.in_(language),
        clauses=tuple(dict.fromkeys(clause.in_(language) for clause in finding.clauses)),
        facts=tuple(facts(rest, words)),
        statements=tuple(_statement(member, finding.asset, words) for member in proof[:STATEMENTS]),
        more_statements=max(0, len(proof) - STATEMENTS),
        recipient=finding.recipient or "",
        stage=finding.stage,
        source=finding.source or "",
        status=finding.status.value,
        change=finding.change.value if finding.change else "",
        policy=finding.policy.to_line if finding.policy else "",
        location=str(finding.location) if finding.location else "",
        owner=finding.owner or "",
        unit=unit_title(run, finding.unit, language),
        due=finding.due.isoformat() if finding.due else "",
        decision=_decision(finding),
        open=stands,
    )


def _decision(finding: Finding) -> str:
    """The reason for which it is set aside, who agreed, and until when."""
    decision = finding.decision
    if decision is None:
        return ""
    until = f", {decision.until}" if decision.until else ""
    return f"{decision.reason} ({decision.approver}{until})"


def facts(evidence: Mapping[str, Any], words: Words) -> Iterator[Fact]:
    """Evidence as labelled lines, in the order in which the rule gave it; empty values are left out."""
    for name, value in evidence.items():
        items = tuple(_items(name, value, words))
        if items:
            yield Fact(words.known("evidence", name), items)


def _items(name: str, value: object, words: Words) -> Iterator[str]:
    if value is None or value == "":
        return
    if isinstance(value, Mapping):
        for key, count in value.items():
            word = words.known("form", str(key)) if name == "forms" else str(key)
            yield f"{word} {_scalar(name, count, words)}"
    elif isinstance(value, list | tuple | set | frozenset):
        members = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        for member in members[:LISTED]:
            yield _scalar(name, member, words)
        if len(members) > LISTED:
            yield words("evidence_more", count=len(members) - LISTED)
    else:
        yield _scalar(name, value, words)


def _scalar(name: str, value: object, words: Words) -> str:
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if isinstance(value, float):
        return words.percent(value) if name in {"prevalence", "bound", "share"} else f"{value:,.2f}"
    if isinstance(value, Mapping):
        return " · ".join(f"{key} {_scalar(str(key), member, words)}" for key, member in value.items() if member)
    if isinstance(value, list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if name == "subject":
        return words.subject(str(value))
    if name == "form":
        return words.known("form", str(value))
    return words.plain(value)


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _statement(member: Mapping[str, Any], asset: str | None, words: Words) -> Statement:
    field = member.get("field") or words("free_text")
    hits, rows, bound = member.get("hits"), member.get("rows_inspected"), member.get("bound")
    sampled = isinstance(bound, float) and bound > member.get("prevalence", bound)
    return Statement(
        # The finding names its asset already; another one is told apart here.
        place=str(field) if member.get("asset") in (None, asset) else f"{member['asset']} › {field}",
        identifier=str(member.get("identifier", "")),
        form=words.known("form", str(member.get("form", ""))),
        prevalence="" if hits is None else words("hits_of_rows", hits=hits, rows=rows),
        bound=words("bound_share", share=words.percent(bound)) if sampled and bound is not None else "",
        persons=words.plain(member["persons"]) if member.get("persons") else "–",
        samples=tuple(str(sample) for sample in _sequence(member.get("samples"))),
    )


def notes(findings: Sequence[Card]) -> tuple[RuleNote, ...]:
    """One note a rule, with the remediation and clauses of its first finding, by rule id."""
    first: dict[str, Card] = {}
    for card in findings:
        first.setdefault(card.rule, card)
    return tuple(RuleNote(card.rule, card.title, card.remediation, card.clauses) for _, card in sorted(first.items()))


def severities() -> tuple[str, ...]:
    """The names of all severities, worst first."""
    return tuple(severity.value for severity in Severity)
