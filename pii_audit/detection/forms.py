"""The protection form of a whole cell that is not plain: masked, hashed, tokenised, encrypted, encoded, truncated.

Only a cell of a column whose name speaks of an identifier is judged this way; elsewhere a hash is just a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pii_audit.detection.encodings import decoded
from pii_audit.detection.masks import is_masked
from pii_audit.detection.shields import Words, cipher_form, digest_form, enveloped, password_hash, token_form
from pii_audit.identifiers.classifiers import CLASSIFIERS
from pii_audit.identifiers.credentials import is_digest, is_password_hash
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier, Pattern
from pii_audit.model.forms import Form

FEWEST_DIGITS, TRUNCATED_DIGITS = 3, 6
"""Truncated numbers show so many digits: last four of a card, last six of an ID."""
_TRUNCATED_WORDS = frozenset({"last", "tail", "suffix", "truncated", "short", "wh", "hsw"})
_TRUNCATED_PARTS = ("尾号", "后四位", "后4位", "后六位", "后6位", "末四位")
_TOLD_BY_SHAPE = frozenset({"person_name", "address"})
"""Classifiers that tell a decoded value from any other text."""
_LOOSE = frozenset({"reference", "anything", "statement", "login", "login_credential"})
"""Classifiers by which ciphertext may pass for a clear value."""
_SHIELDED = frozenset({Form.BARE_HASH, Form.KEYED_HASH, Form.ENCRYPTED, Form.PASSWORD_HASH, Form.ENCODED, Form.MASKED})
_PASSWORD_BEFORE = re.compile(r"(?:passw(?:or)?d|passphrase|pwd|口令|密码)[^\n]{0,8}$", re.IGNORECASE)
_BEFORE = 24
"""Characters before a secret in which its key stands."""


def protected_form(value: str, identifier: Identifier, name_tokens: Iterable[str]) -> Form | None:
    """The form of a cell in a column that is named after an identifier, or None when it says nothing about it."""
    value = value.strip()
    names = tuple(name_tokens)
    words = Words.of(names, secret="authentication" in identifier.groups)
    if password_hash(value):
        return Form.PASSWORD_HASH
    if enveloped(value):
        return Form.ENCRYPTED
    if _spells(decoded(value), identifier):
        return Form.ENCODED
    form = digest_form(value, words) or token_form(value, words)
    if form is not None:
        return form
    if is_masked(value):
        return Form.MASKED
    form = cipher_form(value, words)
    if form is not None:
        return form
    if value[:-1].isdecimal() and _says_truncated(names) and _shorter_than_any(value, identifier):
        return Form.TRUNCATED
    return None


def may_be_shielded(identifier: Identifier) -> bool:
    """Whether a protected value would pass for a clear one: where any code or word will do, so does a digest."""
    return identifier.column_only in _LOOSE


def shielded_form(value: str, identifier: Identifier, name_tokens: Iterable[str]) -> Form | None:
    """The form of a cell that would also pass for a clear value."""
    names = tuple(name_tokens)
    if not may_be_shielded(identifier):
        return None
    if identifier.column_only == "login_credential" and not Words.of(names).cipher:
        return None
    form = protected_form(value, identifier, names)
    return form if form in _SHIELDED else None


def written_form(identifier: Identifier, text: str, start: int, end: int) -> Form:
    """The form of a value that a pattern found: plain, save where a password is kept as its hash.

    A bare digest behind `token=` or `secret=` is the secret itself; behind `password=` it is the hash of one.
    """
    if identifier.validator != "credential":
        return Form.PLAIN
    value = text[start:end]
    if is_password_hash(value):
        return Form.PASSWORD_HASH
    hashed = is_digest(value) and _PASSWORD_BEFORE.search(text, max(0, start - _BEFORE), start)
    return Form.BARE_HASH if hashed else Form.PLAIN


def _says_truncated(words: Iterable[str]) -> bool:
    return any(word in _TRUNCATED_WORDS or any(part in word for part in _TRUNCATED_PARTS) for word in words)


def _spells(text: str, identifier: Identifier) -> bool:
    """Whether decoded text is a value of the identifier."""
    text = fold(text).strip()
    if not text:
        return False
    if any(re.fullmatch(pattern.regex, text, _flags(pattern)) for pattern in identifier.patterns):
        return identifier.validate(text) is not False
    return identifier.column_only in _TOLD_BY_SHAPE and CLASSIFIERS[str(identifier.column_only)](text)


def _flags(pattern: Pattern) -> re.RegexFlag:
    return re.ASCII | re.IGNORECASE if pattern.ignore_case else re.ASCII


def _shorter_than_any(value: str, identifier: Identifier) -> bool:
    """Whether digits are too few for the identifier: the last four of a card, say."""
    return (
        identifier.lookalike is not None
        and FEWEST_DIGITS <= len(value) <= TRUNCATED_DIGITS
        and not re.fullmatch(identifier.lookalike, value)
    )
