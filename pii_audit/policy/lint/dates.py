"""What has ended or soon ends: agreements, transfer mechanisms, exceptions; and exceptions that never do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pii_audit.errors import Position, Problem
from pii_audit.language import Text
from pii_audit.policy.model import ExceptionRule, Policy


def dates(policy: Policy, as_of: date, within: timedelta) -> Iterator[Problem]:
    """Everything with a last day that has passed, or comes within that time."""
    for recipient in policy.recipients.values():
        for agreement in recipient.agreements:
            what = Text(f"协议 {agreement.ref}", f"agreement {agreement.ref}")
            yield from _ends(what, agreement.until, agreement.position, as_of, within)
        transfer = recipient.transfer
        if transfer is not None:
            what = Text(f"出境机制 {transfer.mechanism}", f"the transfer mechanism {transfer.mechanism}")
            yield from _ends(what, transfer.until, transfer.position, as_of, within)
        for one in recipient.certifications:
            what = Text(f"认证 {one.name}", f"certification {one.name}")
            yield from _ends(what, one.until, one.position, as_of, within)
    for given in policy.attestations.given:
        what = Text(f"{given.item} 的证明 {given.ref}", f"the attestation {given.ref} of {given.item}")
        yield from _ends(what, given.until, given.position, as_of, within)
        if given.item not in policy.attestations.required:
            said = Text(f"没有要求 {given.item}", f"nobody asks for {given.item}")
            yield Problem(given.position, said)
    for rule in policy.exceptions:
        yield from _exception(rule, as_of, within)


def _ends(what: Text, until: date | None, position: Position, as_of: date, within: timedelta) -> Iterator[Problem]:
    if until is None or until > as_of + within:
        return
    if until < as_of:
        said = Text(f"{what.zh} 已于 {until} 到期", f"{what.en} ended on {until}")
    else:
        days = (until - as_of).days
        said = Text(f"{what.zh} 将在 {days} 天后到期", f"{what.en} ends in {days} day(s)")
    yield Problem(position, said)


def _exception(rule: ExceptionRule, as_of: date, within: timedelta) -> Iterator[Problem]:
    if rule.until is None:
        said = Text("例外没有期限（until）", "an exception without until never lapses")
        yield Problem(rule.position, said)
    elif rule.until < as_of:
        said = Text(
            f"例外已于 {rule.until} 到期，不再适用", f"the exception ended on {rule.until} and no longer applies"
        )
        yield Problem(rule.position, said)
    else:
        what = Text(f"{rule.rule} 的例外", f"the exception from {rule.rule}")
        yield from _ends(what, rule.until, rule.position, as_of, within)
    scopes = (rule.flow, rule.identifier, rule.asset, rule.field, rule.source, rule.recipient, rule.principal)
    if not any(scopes):
        said = Text(
            f"例外没有范围：它免除全部 {rule.rule}", f"an exception without a scope lifts {rule.rule} everywhere"
        )
        yield Problem(rule.position, said)
