"""The protection form of a whole cell that is not plain: masked, hashed, tokenised, encrypted, encoded, truncated.

Only a cell of a column whose name speaks of an identifier is judged this way; elsewhere a hash is just a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pii_audit.detection.encodings import decoded
from pii_audit.detection.shields import Words, cipher_form, digest_form, enveloped, password_hash, token_form
from pii_audit.identifiers.classifiers import CLASSIFIERS
from pii_audit.identifiers.credentials import is_digest, is_password_hash
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier, Pattern
from pii_audit.model.forms import Form

MASK_CHARACTERS = "*＊×●•○█■#"
_MASK_CHARACTERS = frozenset(MASK_CHARACTERS) - {"#"}
"""Those that stand in front of no extension or number."""
_MASK_RUN = re.compile(rf"[{re.escape(MASK_CHARACTERS)}]|(?<![A-WYZa-wyz])[xX]{{3,}}(?![A-WYZa-wyz])")
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


def is_masked(value: str) -> bool:
    """Whether some characters of a value are hidden behind mask characters."""
    return bool(_MASK_RUN.search(value))


def beside_mask(value: str, start: int, end: int) -> bool:
    """Whether a span touches a mask character: what a masked value shows is no value."""
    return any(value[place : place + 1] in _MASK_CHARACTERS for place in (max(0, start - 1), end))


def shown(value: str) -> tuple[int, int]:
    """How many letters and digits a masked value shows before and after what it hides."""
    runs = list(_MASK_RUN.finditer(value))
    if not runs:
        return (0, 0)
    return _visible(value[: runs[0].start()]), _visible(value[runs[-1].end() :])


def _visible(text: str) -> int:
    return sum(character.isalnum() for character in text)


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


_MASKED_NUMBER = re.compile(r"(?<![0-9A-Za-z*])[0-9]{0,10}\*{3,16}[0-9]{0,8}[0-9Xx]?(?![0-9A-Za-z*])")
MASKS = re.compile("[*＊]{3,}")
"""What hides a part of a number that stands anywhere."""
_AROUND_MASK = 12
"""Characters on either side of a run of mask characters: the digits that a masked number shows there, and one more."""
_MASKED_LENGTHS = {11: "cn_mobile", 18: "cn_resident_id", 16: "bank_card", 17: "bank_card", 19: "bank_card"}


def masked_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Masked numbers in a text that their length and first digits give away: (start, end, identifier).

    A mobile begins with 1, a resident ID with 1 to 8; a run of mask characters alone is nothing.
    """
    if "***" not in text and "＊" not in text:
        # Far faster than one expression over all of the text.
        return
    for run in MASKS.finditer(text):
        low = max(0, run.start() - _AROUND_MASK)
        for found in _MASKED_NUMBER.finditer(fold(text[low : run.end() + _AROUND_MASK])):
            if found.start() <= run.start() - low < found.end() and (identifier := _by_length(found[0])):
                yield low + found.start(), low + found.end(), identifier


def _by_length(value: str) -> str | None:
    identifier = _MASKED_LENGTHS.get(len(value))
    if not any(character.isdecimal() for character in value):
        return None
    return None if identifier == "cn_mobile" and not value.startswith(("1", "*")) else identifier
