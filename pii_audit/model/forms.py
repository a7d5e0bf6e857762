"""The protection form in which a value is seen, and what may stand in for what."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """How a value is protected where it was seen; the names are those of the policy language."""

    PLAIN = "plain"
    ENCODED = "encoded"
    BARE_HASH = "bare_hash"
    TRUNCATED = "truncated"
    MASKED = "masked"
    KEYED_HASH = "keyed_hash"
    TOKENISED = "tokenised"
    ENCRYPTED = "encrypted"
    PASSWORD_HASH = "password_hash"  # noqa: S105 - the name of a form
    ABSENT = "absent"


PLAIN_EQUIVALENT = frozenset({Form.PLAIN, Form.ENCODED, Form.BARE_HASH})
"""Forms from which the value can be had back by anybody: an unkeyed hash of a phone number is enumerable."""
