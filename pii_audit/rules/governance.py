"""Governance: what holds personal information has an owner, and the grade that its content asks for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pii_audit.document import Period
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import Outcome
from pii_audit.model.sketch import Sketch
from pii_audit.policy.evaluation.grades import grade, raised_levels
from pii_audit.policy.model import Review
from pii_audit.rules.interface import Draft, Facts, concern, proof


def without_owner(facts: Facts) -> Iterator[Draft]:
    """GOV001: a source with personal information for which nobody answers."""
    for source in facts.sources.values():
        holding = [one for one in facts.of_source(source.id) if one.fields]
        if source.owner or not holding:
            continue
        statements = [statement for one in holding for statement in one.fields]
        yield Draft(
            "GOV001",
            (source.id,),
            Text(
                f"来源 {source.id} 有 {len(holding)} 个含个人信息的对象，但没有责任人",
                f"source {source.id} holds personal information in {len(holding)} asset(s) and has no owner",
            ),
            source=source.id,
            evidence=proof((), [one.asset.id for one in holding]),
            policy=source.position,
            concern=concern(facts, statements),
        )


def graded_too_low(facts: Facts) -> Iterator[Draft]:
    """GOV002: an asset that the register of grades leaves out, or lists below the minimum of what it holds.

    Says nothing where no grade is on record at all: then there is no register to compare with.
    """
    classification = facts.policy.classification
    if not classification.grades:
        return
    for one in facts.inspected:
        if one.asset.kind in (AssetKind.FEED, AssetKind.QUERY):
            continue
        needed = grade(one.fields, raised_levels(classification, (one,), facts.catalogue))
        name = f"{one.asset.source}.{one.asset.name}"
        meant = [entry for entry in classification.grades if name == entry.asset or fnmatchcase(name, entry.asset)]
        # What is said of the asset by its name comes before what is said of many.
        entry = min(meant, key=lambda entry: entry.asset != name, default=None)
        if needed is None or (entry is not None and entry.grade >= needed):
            continue
        if entry is None:
            message = Text(
                f"{one.asset.id} 没有定级；按内容至少为 {needed} 级",
                f"{one.asset.id} is not graded; it holds grade {needed}",
            )
        else:
            at = entry.position.to_line
            message = Text(
                f"{one.asset.id} 定为 {entry.grade} 级（{at}），按内容至少为 {needed} 级",
                f"{one.asset.id} is graded {entry.grade} ({at}) and holds grade {needed}",
            )
        yield Draft(
            "GOV002",
            (one.asset.id,),
            message,
            source=one.asset.source,
            asset=one.asset.id,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in one.fields)),
            evidence=proof(one.fields, grade=needed),
            policy=entry.position if entry is not None else None,
            concern=concern(facts, one.fields),
        )


def review_overdue(facts: Facts) -> Iterator[Draft]:
    """GOV003: rights were last reviewed longer ago than the policy says; a review that is yet to come is none."""
    review = facts.policy.governance.access_review
    if review is None:
        return
    if review.last > facts.as_of:
        said = _to_come(review, facts)
        yield Draft("GOV003", ("access_review",), said, outcome=Outcome.GAP, policy=review.position)
        return
    if review.every is None or review.last >= review.every.before(facts.as_of):
        return
    message = Text(
        f"上次权限复核在 {review.last}，应每 {review.every} 一次",
        f"rights were last reviewed on {review.last}, which is due every {review.every}",
    )
    yield Draft("GOV003", ("access_review",), message, policy=review.position)


def _to_come(review: Review, facts: Facts) -> Text:
    at = review.position.to_line
    return Text(
        f"登记的上次日期 {review.last}（{at}）晚于 {facts.as_of}，不能证明已经做过",
        f"{review.last}, on record as the last time ({at}), is after {facts.as_of} and proves nothing yet",
    )


OFFICER_FROM = 1_000_000
"""People from whose number on an officer in charge has to be named (CAC compliance audits, 2025, Art. 12)."""
AUDIT_ABOVE = 10_000_000
"""People above whose number a compliance audit is due at least every two years (Art. 4)."""
AUDIT_EVERY = Period(2, "y")


def officer_and_audit(facts: Facts) -> Iterator[Draft]:
    """GOV004: with so many people an officer has to be named, and with more of them audits are due.

    An audit is due as often as the policy says as well, however few people there are.
    """
    assets = [one for one in facts.inspected if one.asset.kind.keeps]
    persons = len(sum((one.persons for one in assets), Sketch()))
    known = facts.policy.governance
    if persons >= OFFICER_FROM and known.officer is None:
        message = Text(
            f"处理约 {persons:,} 人的个人信息，没有登记个人信息保护负责人",
            f"personal information of about {persons:,} people, and no officer in charge is on record",
        )
        yield Draft("GOV004", ("officer",), message, outcome=Outcome.GAP)
    audit = known.compliance_audit
    if audit is not None and audit.last > facts.as_of:
        said = _to_come(audit, facts)
        yield Draft("GOV004", ("compliance_audit",), said, outcome=Outcome.GAP, policy=audit.position)
    elif audit is not None and audit.every is not None and audit.last < audit.every.before(facts.as_of):
        message = Text(
            f"上次合规审计在 {audit.last}，应每 {audit.every} 一次",
            f"the last compliance audit was on {audit.last}, which is due every {audit.every}",
        )
        yield Draft("GOV004", ("compliance_audit",), message, outcome=Outcome.GAP, policy=audit.position)
    elif persons > AUDIT_ABOVE and (audit is None or audit.last < AUDIT_EVERY.before(facts.as_of)):
        when = (
            Text("没有记录", "none is on record")
            if audit is None
            else Text(f"上次在 {audit.last}", f"the last was on {audit.last}")
        )
        message = Text(
            f"处理约 {persons:,} 人的个人信息，每两年至少审计一次；{when.zh}",
            f"personal information of about {persons:,} people calls for an audit every two years; {when.en}",
        )
        position = audit.position if audit is not None else None
        yield Draft("GOV004", ("compliance_audit",), message, outcome=Outcome.GAP, policy=position)


RULES = (without_owner, graded_too_low, review_overdue, officer_and_audit)
