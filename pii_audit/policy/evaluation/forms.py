"""Which forms satisfy which demands, and which count as the clear value (workspace.md, "Forms")."""

from __future__ import annotations

from pii_audit.model.forms import Form
from pii_audit.policy.model import Requirement

_PARTLY_HIDDEN = frozenset({Form.MASKED, Form.TRUNCATED})

STRENGTH = {
    Form.PLAIN: 0,
    Form.ENCODED: 1,
    Form.BARE_HASH: 2,
    Form.ENCRYPTED: 3,
    Form.PASSWORD_HASH: 3,
    Form.MASKED: 4,
    Form.TRUNCATED: 4,
    Form.KEYED_HASH: 5,
    Form.TOKENISED: 6,
    Form.ABSENT: 7,
}
"""Weakest first. Encryption hides everything from strangers and nothing from the recipient who holds the key, hence
below masking; masked and truncated hide alike."""


def counts_as_plain(form: Form, *, adequate: bool, enumerable: bool, key_held: bool) -> bool:
    """Whether a value in this form is as good as in clear.

    `adequate`: a masked or truncated value hides enough; `enumerable`: a bare hash of the identifier can be reversed by
    trying all values; `key_held`: whoever gets it may hold the key of an encryption.
    """
    if form in _PARTLY_HIDDEN:
        return not adequate
    if form is Form.BARE_HASH:
        return enumerable
    if form is Form.ENCRYPTED:
        return key_held
    return form in (Form.PLAIN, Form.ENCODED)


def satisfies(
    requirement: Requirement, form: Form, *, adequate: bool, enumerable: bool, shown: tuple[int, int] = (0, 0)
) -> bool:
    """Whether a value seen in this form does what the requirement asks.

    An absent value satisfies everything. Exact demands take the named forms and no other; where they limit what a
    masked value shows (`shown`, leading and trailing), that limit stands in place of the identifier's adequacy rule.
    """
    if form is Form.ABSENT:
        return True
    if requirement.exact:
        return form in requirement.forms and _shows_little(requirement, form, adequate=adequate, shown=shown)
    asked = requirement.forms[0]
    if asked is Form.PLAIN:
        return True
    if form in _PARTLY_HIDDEN and not adequate:
        return False
    if form is asked:
        return True
    if asked is Form.PASSWORD_HASH:
        return False
    if form is Form.ENCODED or (form is Form.BARE_HASH and enumerable):
        return False
    return STRENGTH[form] >= STRENGTH[asked]


def _shows_little(requirement: Requirement, form: Form, *, adequate: bool, shown: tuple[int, int]) -> bool:
    if form not in _PARTLY_HIDDEN:
        return True
    if requirement.show is None:
        return adequate
    return shown[0] <= requirement.show[0] and shown[1] <= requirement.show[1]
