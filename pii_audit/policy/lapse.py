"""When a tolerance ends: one rule for exceptions in policies and for decisions on findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pii_audit.language import Text, same
from pii_audit.model.decision import Content
from pii_audit.model.finding import Finding, Severity
from pii_audit.policy.rule_ids import NEVER_EXCEPTABLE

MANY_MORE = 10
"""So many times the people, and what was tolerated is another thing; our own bound, no regulation sets it."""
TEXT = "text:"
"""The part of a finding that stands in text without fields."""
_IN_TEXT = Text("无字段的文本", "text without fields")
FEW_PEOPLE = 10
"""Below that, growth alone says nothing."""


def why_lapsed(
    rule: str,
    until: date | None,
    as_of: date,
    given_for: Content | None = None,
    now: Content | None = None,
    *,
    tolerates: bool = True,
) -> Text | None:
    """Why a tolerance of a rule's breach no longer holds on a day, or None while it does.

    It ends with its last day, and when there is more to tolerate than it was given for: something new, something worse,
    or other values. Less of the same changes nothing. A false positive (`tolerates` off) says that there is no breach,
    which can be said of every rule; nothing else is ever tolerated of those that no exception lifts.
    """
    if tolerates and rule in NEVER_EXCEPTABLE:
        return Text(f"{rule} 不得例外", f"{rule} can never be excepted")
    if until is not None and until < as_of:
        return Text(f"有效期已于 {until} 届满", f"its last day was {until}")
    if given_for is None or now is None:
        return None
    return next(_worse(given_for, now), None)


def _worse(before: Content, now: Content) -> Iterator[Text]:
    if Severity(now.severity).rank > Severity(before.severity).rank:
        yield Text("严重程度已上升", "it has become more severe")
    if now.outcome != before.outcome and now.outcome == "violation":
        yield Text("由无法证明变为违规", "what could not be shown is now a violation")
    new = sorted(part for part in now.parts - before.parts if not _was_counted(part, before))
    if new:
        names = [_IN_TEXT if part == TEXT else same(part.partition(":")[2]) for part in new[:3]]
        zh, en = ", ".join(name.zh for name in names), ", ".join(name.en for name in names)
        more = "" if len(new) <= 3 else f" (+{len(new) - 3})"  # noqa: PLR2004 - as many as fit a sentence
        yield Text(f"出现新内容：{zh}{more}", f"there is more to it: {en}{more}")
    if 0 < before.assets < now.assets:
        yield Text(
            f"资产由 {before.assets} 个增至 {now.assets} 个", f"it has {now.assets} assets, then {before.assets}"
        )
    if 0 < before.fields < now.fields:
        yield Text(
            f"字段由 {before.fields} 个增至 {now.fields} 个", f"it has {now.fields} fields, then {before.fields}"
        )
    if now.persons >= MANY_MORE * max(before.persons, FEW_PEOPLE):
        yield Text(
            f"涉及人数由 {before.persons} 增至 {now.persons}",
            f"it concerns {now.persons} people, then {before.persons}",
        )
    if before.proof and now.proof != before.proof:
        yield Text("内容已不是当时核对的内容", "it holds other values than those that were looked at")


def content_of(finding: Finding) -> Content:
    """What a decision on that finding rests on.

    The files of a flow are others every day, so a flow's finding is about its fields, not about its files.
    """
    evidence = finding.evidence
    parts = {f"identifier:{name}" for name in finding.identifiers}
    for kind in ("columns", "forms", "path"):
        parts |= {f"{kind}:{name}" for name in _names(evidence.get(kind))}
    parts |= {TEXT} if evidence.get("in_text") else set()
    named, assets = _listed("asset", finding.assets, evidence.get("assets_total"))
    parts |= set() if finding.flow else named
    named, fields = _listed("fields", frozenset(_names(evidence.get("fields"))), evidence.get("fields_total"))
    parts |= named
    persons = evidence.get("persons")
    proof = evidence.get("proof")
    return Content(
        severity=finding.severity.value,
        outcome=finding.outcome.value,
        parts=frozenset(parts),
        persons=persons if isinstance(persons, int) else 0,
        proof=proof if isinstance(proof, str) else "",
        assets=0 if finding.flow else assets,
        fields=fields,
    )


def _listed(kind: str, names: frozenset[str], total: object) -> tuple[set[str], int]:
    """The names as parts, and how many there are; of a list that was cut off the number alone: which stand in it depends on the rest."""
    if isinstance(total, int):
        return set(), total
    return {f"{kind}:{name}" for name in names}, len(names)


def _was_counted(part: str, before: Content) -> bool:
    """Whether there were so many of a kind that none of them was named; of nothing but text earlier versions did not note that it was text."""
    if part == TEXT:
        return before.fields == 0 and not any(one.startswith(("fields:", "columns:")) for one in before.parts)
    kind = part.partition(":")[0]
    counted = {"asset": before.assets, "fields": before.fields}.get(kind, 0)
    return counted > 0 and not any(one.startswith(f"{kind}:") for one in before.parts)


def _names(listed: object) -> Iterator[str]:
    if isinstance(listed, list | tuple | set | frozenset | dict):
        yield from (str(name) for name in listed)
