"""Renamed assets: what people said of a finding goes with it, where the content shows that it is the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection, Row

from pii_audit.findings.rechecking import Ledger, rechecked
from pii_audit.language import Text
from pii_audit.model.decision import Content
from pii_audit.model.finding import Change, Finding, Status
from pii_audit.model.lifecycle import Action
from pii_audit.model.run import Run
from pii_audit.policy.lapse import content_of
from pii_audit.store.placing import CLOSING_KIND, DECIDED, Placed, as_it_stands, documents, ledger_of, life_of

Likeness = tuple[str, Content, int]


def followed(connection: Connection, run: Run, known: Mapping[str, Row[Any]], placed: Sequence[Placed]) -> list[Placed]:
    """The findings, with the lives of those whose asset stands under another name since the run before.

    One follows another of the same rule when its asset is new and the other's is gone, both hold the very same (fields,
    identifiers, forms, rows, people, and the values where they are few), and there is but one of each.
    """
    appeared = [one for one in placed if one.change is Change.NEW and one.finding.asset and not one.finding.flow]
    if run.kind != CLOSING_KIND or not appeared:
        return list(placed)
    gone = _gone(connection, run, known, placed)
    new = _by_likeness({one.finding.fingerprint: one.finding for one in appeared})
    successors: dict[str, Finding] = {}
    for likeness, olds in _by_likeness(gone).items():
        news = new.get(likeness, [])
        if len(olds) == 1 and len(news) == 1:
            successors[news[0].fingerprint] = olds[0]
    after = {one.finding.fingerprint: one for one in placed}
    for fingerprint, old in successors.items():
        after[fingerprint] = _inherited(after[fingerprint], old, known[old.fingerprint])
        after[old.fingerprint] = _left(old, after[fingerprint].finding, known[old.fingerprint])
    return list(after.values())


def _gone(
    connection: Connection, run: Run, known: Mapping[str, Row[Any]], placed: Sequence[Placed]
) -> dict[str, Finding]:
    """Findings about which people said something, on assets that the run did not meet in a source that it read."""
    fixed = {one.finding.fingerprint for one in placed if one.change is Change.FIXED}
    listed = {one.finding.fingerprint for one in placed}
    candidates = {
        key
        for key, row in known.items()
        if (key in fixed or (key not in listed and Status(row.status) in DECIDED))
        and row.asset
        and row.life is not None
    }
    now = Ledger.of_run(run)

    def is_gone(one: Finding) -> bool:
        if not one.asset or one.flow or now.get(one.asset) is not None:
            return False
        # What was decided is not looked for again until it has run out, and may have been out of reach.
        return one.fingerprint in fixed or rechecked(one, ledger_of(connection, known[one.fingerprint].last_run), now)

    return {one.fingerprint: one for one in documents(connection, candidates) if is_gone(one)}


def _by_likeness(findings: Mapping[str, Finding]) -> dict[Likeness, list[Finding]]:
    grouped: dict[Likeness, list[Finding]] = defaultdict(list)
    for finding in findings.values():
        content = content_of(finding)
        parts = frozenset(part for part in content.parts if not part.startswith("asset:"))
        hits = finding.evidence.get("hits")
        if parts and isinstance(hits, int) and hits:
            grouped[finding.rule, replace(content, parts=parts), hits].append(finding)
    return grouped


def _inherited(new: Placed, old: Finding, row: Row[Any]) -> Placed:
    status, life = Status(row.status), life_of(row)
    if life.decision is not None:
        life = replace(life, decision=replace(life.decision, content=content_of(new.finding)))
    reason = Text(f"原为 {old.asset}（{old.fingerprint[:12]}）", f"it was {old.asset} ({old.fingerprint[:12]})")
    change = Change.PERSISTENT
    finding = as_it_stands(replace(new.finding, change=change), status, life)
    return replace(
        new, finding=finding, change=change, status=status, life=life, events=(*new.events, (Action.FOLLOWED, reason))
    )


def _left(old: Finding, new: Finding, row: Row[Any]) -> Placed:
    life = replace(life_of(row), decision=None, hiding=None)
    reason = Text(f"现为 {new.asset}（{new.fingerprint[:12]}）", f"it is now {new.asset} ({new.fingerprint[:12]})")
    shown = as_it_stands(replace(old, change=Change.FIXED, suppressed_by=None), Status.CLOSED, life)
    events = ((Action.CLOSED, reason),)
    return Placed(shown, Change.FIXED, Status.CLOSED, life, row.last_run, Status(row.status), None, events)
