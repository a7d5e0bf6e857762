"""Which identifiers of whom a word of the policy language stands for."""

from __future__ import annotations

from pii_audit.identifiers.model import Catalogue
from pii_audit.policy.model import CUSTOMER, Element


def identifiers(element: Element, catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """The identifiers with the subject that a line on this element is about."""
    subject = element.subject or CUSTOMER
    return frozenset((identifier, subject) for identifier in catalogue.expand(element.word))
