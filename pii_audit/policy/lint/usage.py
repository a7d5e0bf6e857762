"""What nobody uses: purposes, recipients, and elements of a scope that none of the recipient's purposes can use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.policy.lint.elements import identifiers
from pii_audit.policy.model import Policy


def unused(policy: Policy, catalogue: Catalogue) -> Iterator[Problem]:
    """Purposes and recipients of no flow, lines of a scope of no purpose."""
    yield from _purposes(policy)
    yield from _recipients(policy)
    yield from _dead_scope(policy, catalogue)


def _purposes(policy: Policy) -> Iterator[Problem]:
    used = {flow.purpose for flow in policy.flows.values()}
    used.update(purpose for recipient in policy.recipients.values() for purpose in recipient.purposes or ())
    for purpose in policy.purposes.values():
        if purpose.id not in used:
            said = Text(f"没有数据流使用用途 {purpose.id}", f"nobody uses purpose {purpose.id}")
            yield Problem(purpose.position, said)


def _recipients(policy: Policy) -> Iterator[Problem]:
    used = {flow.recipient for flow in policy.flows.values()}
    for recipient in policy.recipients.values():
        if recipient.id not in used:
            said = Text(f"没有数据流发往 {recipient.id}", f"no flow goes to recipient {recipient.id}")
            yield Problem(recipient.position, said)


def _dead_scope(policy: Policy, catalogue: Catalogue) -> Iterator[Problem]:
    served: defaultdict[str, set[str]] = defaultdict(set)
    for flow in policy.flows.values():
        served[flow.recipient].add(flow.purpose)
    permitted = {
        purpose.id: {pair for line in purpose.permitted for pair in identifiers(line.element, catalogue)}
        for purpose in policy.purposes.values()
    }
    for recipient in policy.recipients.values():
        purposes = served[recipient.id] | set(recipient.purposes or ()) & set(policy.purposes)
        if recipient.scope is None or not purposes:
            continue
        used = set().union(*(permitted[name] for name in purposes))
        for line in recipient.scope:
            if not identifiers(line.element, catalogue) & used:
                said = Text(
                    f"{recipient.id} 的任何用途都用不到 “{line.element}”",
                    f'no purpose of {recipient.id} uses "{line.element}"',
                )
                yield Problem(line.position, said)
