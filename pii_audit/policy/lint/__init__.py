"""`policy check`: what a policy says that is not wrong, and yet hardly what its author means."""

from __future__ import annotations

from datetime import date, timedelta

from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.policy.lint.contradictions import contradictions
from pii_audit.policy.lint.dates import dates
from pii_audit.policy.lint.observed import unobserved
from pii_audit.policy.lint.unreachable import unreachable
from pii_audit.policy.lint.usage import unused
from pii_audit.policy.model import Policy

__all__ = ["EXPIRES_SOON", "lint", "unobserved"]

EXPIRES_SOON = timedelta(days=60)


def lint(policy: Policy, catalogue: Catalogue, as_of: date, *, within: timedelta = EXPIRES_SOON) -> list[Problem]:
    """Warnings on a policy that loads, in the order of the files; what ends `within` that time is named."""
    found = [
        *dates(policy, as_of, within),
        *unused(policy, catalogue),
        *unreachable(policy, catalogue),
        *contradictions(policy, catalogue, as_of),
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.position, problem.message.en))
