"""What no scan can see: items that somebody has to vouch for, each a gap until somebody does."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.rules.catalogue import load_rules
from pii_audit.rules.interface import Draft, Facts


def without_attestation(facts: Facts) -> Iterator[Draft]:
    """MAN001 to MAN005: items that the policy asks for and for which no attestation holds on the day."""
    attestations = facts.policy.attestations
    for item, position in attestations.required.items():
        given = [one for one in attestations.given if one.item == item]
        if any(one.on <= facts.as_of <= one.until for one in given):
            continue
        title, last = load_rules()[item].title, max(given, key=lambda one: one.until, default=None)
        if last is None:
            message = Text(f"{title.zh}：没有证明", f"{title.en}: nobody has attested it")
        else:
            message = Text(
                f"{title.zh}：证明 {last.ref} 的有效期为 {last.on} 至 {last.until}",
                f"{title.en}: the attestation {last.ref} holds from {last.on} to {last.until}",
            )
        yield Draft(item, (item,), message, outcome=Outcome.GAP, policy=last.position if last else position)


RULES = (without_attestation,)
