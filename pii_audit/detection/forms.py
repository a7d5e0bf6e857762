"""The protection form of a whole cell that is not plain: masked, hashed, tokenised, encrypted, encoded, truncated.

Only a cell of a column whose name speaks of an identifier is judged this way; elsewhere a hash is just a hash.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.people import CLASSIFIERS
from pii_audit.model.forms import Form

MASK_CHARACTERS = "*＊×●•○█■#"
_MASK_CHARACTERS = frozenset(MASK_CHARACTERS) - {"#"}
"""Those that stand in front of no extension or number."""
_MASK_RUN = re.compile(rf"[{re.escape(MASK_CHARACTERS)}]|(?<![A-WYZa-wyz])[xX]{{3,}}(?![A-WYZa-wyz])")
_DIGEST = re.compile(
    r"(?:\{(?:MD5|SHA\d*)\})?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})"
)
_PASSWORD_HASH = re.compile(
    r"(?:\{[A-Za-z0-9_-]+\})?(?:\$2[abxy]?\$|\$argon2|\$scrypt\$|\$s0\$|\$5\$|\$6\$|\$y\$|\$pbkdf2|pbkdf2_sha|scrypt:|\$7\$).+"
)
_TOKEN = re.compile(r"(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:tok|tkn|token)[_-][0-9A-Za-z_-]{6,})")
_ENVELOPE = re.compile(r"(?:ENC\(|\{cipher\}|vault:v\d+:|-----BEGIN PGP MESSAGE|gAAAAA)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
"""RFC 4648 sections 4 and 5, padded or not."""
_MIXED = re.compile(r".*(?:[A-Z].*[a-z]|[a-z].*[A-Z])")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_KEYED_WORDS = frozenset({"hmac", "keyed"})
FEWEST_DIGITS, TRUNCATED_DIGITS = 3, 6
"""Truncated numbers show so many digits: last four of a card, last six of an ID."""
_TRUNCATED_WORDS = frozenset({"last", "tail", "suffix", "truncated", "short", "wh", "hsw"})
_TRUNCATED_PARTS = ("尾号", "后四位", "后4位", "后六位", "后6位", "末四位")
_TOLD_BY_SHAPE = frozenset({"person_name", "address"})
"""Classifiers that tell a decoded value from any other text."""
CIPHER_BLOCK = 16
"""Bytes of an AES or SM4 block (GB/T 32907-2016)."""


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
    words = set(name_tokens)
    if _PASSWORD_HASH.fullmatch(value):
        return Form.PASSWORD_HASH
    if _ENVELOPE.match(value):
        return Form.ENCRYPTED
    if _spells(_from_hex(value), identifier) or _spells(_from_base64(value), identifier):
        return Form.ENCODED
    if _DIGEST.fullmatch(value):
        return Form.KEYED_HASH if words & _KEYED_WORDS else Form.BARE_HASH
    if _TOKEN.fullmatch(value):
        return Form.TOKENISED
    if is_masked(value):
        return Form.MASKED
    if _is_ciphertext(value):
        return Form.ENCRYPTED
    if value[:-1].isdecimal() and _says_truncated(words) and _shorter_than_any(value, identifier):
        return Form.TRUNCATED
    return None


def _says_truncated(words: Iterable[str]) -> bool:
    return any(word in _TRUNCATED_WORDS or any(part in word for part in _TRUNCATED_PARTS) for word in words)


def _from_base64(value: str) -> bytes:
    """What base64 decodes to, in either alphabet; nothing where it is none."""
    if not _BASE64.fullmatch(value):
        return b""
    bare = value.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _from_hex(value: str) -> bytes:
    return bytes.fromhex(value) if _HEX.fullmatch(value) else b""


def _spells(content: bytes, identifier: Identifier) -> bool:
    """Whether decoded bytes are a value of the identifier in UTF-8."""
    try:
        text = fold(content.decode("utf-8")).strip()
    except UnicodeDecodeError:
        return False
    if any(re.fullmatch(pattern.regex, text) for pattern in identifier.patterns):
        return identifier.validate(text) is not False
    named = identifier.column_only in _TOLD_BY_SHAPE and text
    return bool(named and CLASSIFIERS[str(identifier.column_only)](text))


def _is_ciphertext(value: str) -> bool:
    """Whether base64 holds a block or more of what is no text."""
    content = _from_base64(value) if _MIXED.match(value) else b""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return len(content) >= CIPHER_BLOCK
    return False


def _shorter_than_any(value: str, identifier: Identifier) -> bool:
    """Whether digits are too few for the identifier: the last four of a card, say."""
    return (
        identifier.lookalike is not None
        and FEWEST_DIGITS <= len(value) <= TRUNCATED_DIGITS
        and not re.fullmatch(identifier.lookalike, value)
    )


_MASKED_NUMBER = re.compile(r"(?<![0-9A-Za-z*])[0-9]{0,10}\*{3,16}[0-9]{0,8}[0-9Xx]?(?![0-9A-Za-z*])")
_MASKED_LENGTHS = {11: "cn_mobile", 18: "cn_resident_id", 16: "bank_card", 17: "bank_card", 19: "bank_card"}


def masked_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Masked numbers in a text that their length and first digits give away: (start, end, identifier).

    A mobile begins with 1, a resident ID with 1 to 8; a run of mask characters alone is nothing.
    """
    if "*" not in text:
        return
    for found in _MASKED_NUMBER.finditer(text):
        value = found[0]
        identifier = _MASKED_LENGTHS.get(len(value))
        if identifier is None or not any(character.isdecimal() for character in value):
            continue
        if identifier == "cn_mobile" and not value.startswith(("1", "*")):
            continue
        yield found.start(), found.end(), identifier
