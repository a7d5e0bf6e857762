"""Cells that are told by their shape, under a column whose name says what they are; `column_only` in an identifier's YAML picks one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from pii_audit.identifiers.addresses import looks_like_address, looks_like_address_part
from pii_audit.identifiers.cards import expiry_shaped
from pii_audit.identifiers.credentials import is_digest, is_password_hash, is_placeholder, pin
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.names import tokens
from pii_audit.identifiers.people import looks_like_name, looks_like_name_part

_NOTHING = frozenset("- -- . / null none nil n/a na nan 无 未知 不详 暂无 空 没有".split())  # noqa: SIM905 - a list of words
"""What stands in a cell that holds nothing."""


def looks_like_expiry(value: str) -> bool:
    """Whether a cell reads as the expiry of a card: MM/YY, MMYY, YYMM, MM/YYYY."""
    return expiry_shaped(fold(value))


def looks_like_cvv2(value: str) -> bool:
    """Whether a cell is a card verification code: three digits, four for American Express."""
    return re.fullmatch(r"[0-9]{3,4}", fold(value).strip()) is not None


def looks_like_pin(value: str) -> bool:
    """Whether a cell is a PIN of 4 to 12 digits (ISO 9564-1) or a PIN block."""
    return pin(fold(value))


def looks_like_account(value: str) -> bool:
    """Whether a cell is an account number: 9 to 32 digits, grouped or not."""
    return re.fullmatch(r"[0-9](?:[ -]?[0-9]){8,31}", fold(value).strip()) is not None


def looks_like_otp(value: str) -> bool:
    """Whether a cell is a one-time code: 4 to 8 digits."""
    return re.fullmatch(r"[0-9]{4,8}", fold(value).strip()) is not None


def looks_like_secret(value: str) -> bool:
    """Whether a cell is a clear password or token: printable ASCII without spaces, neither placeholder, hash nor digest."""
    protected = is_placeholder(value) or is_password_hash(value) or is_digest(value)
    return re.fullmatch(r"[!-~]{4,512}", value.strip()) is not None and not protected


_AMOUNT = re.compile(
    r"(?:(?:CNY|RMB|USD|EUR|HKD|US\$|HK\$|[¥$€£]) ?)?[+-]?\(?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,8})?\)?"
    r"(?:[eE]\+?[0-9]{1,2})?(?: ?(?:万|亿)?元?| ?(?:CNY|RMB|USD|EUR|HKD))",
)


def looks_like_amount(value: str) -> bool:
    """Whether a cell is a sum of money: a number of fifteen digits at most, with or without decimals, grouping and currency."""
    return _AMOUNT.fullmatch(fold(value).strip()) is not None


_REFERENCE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff](?:[ _/-]?[0-9A-Za-z]){4,39}")
_FEWEST_DIGITS = 3


def looks_like_reference(value: str) -> bool:
    """Whether a cell is a number that somebody gave out: 5 to 40 letters and digits, three of them digits."""
    text = fold(value).strip()
    return _REFERENCE.fullmatch(text) is not None and sum(map(str.isdecimal, text)) >= _FEWEST_DIGITS


_MOMENT = re.compile(r"[0-9]{4}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?(?:[T ]?[0-9]{1,2}:?[0-9]{2}.*)?")


def looks_like_transaction(value: str) -> bool:
    """Whether a cell is part of the record of a transaction: a sum, a number of it, its time."""
    text = fold(value).strip()
    return looks_like_amount(text) or looks_like_reference(text) or _MOMENT.fullmatch(text) is not None


def holds_anything(value: str) -> bool:
    """Whether a cell holds something and does not only say that it is empty; one that was masked holds nothing more."""
    text = fold(value).strip()
    return bool(text) and text.lower() not in _NOTHING and "**" not in text


def looks_like_statement(value: str) -> bool:
    """Whether a cell says something in words or by a code that has a letter (ICD-10): numbers and flags alone do not."""
    text = fold(value).strip()
    return len(text) > 1 and any(map(str.isalpha, text)) and holds_anything(text) and not is_digest(text)


_MEDIA = re.compile(
    r"data:(?:image|audio|video|application/pdf)[^,]{0,64},.{8,}"
    r"|[^\n\0]{0,512}\.(?:jpe?g|png|bmp|gif|tiff?|webp|heic|pdf|mp4|mov|avi|flv|wmv|mp3|wav|amr|aac|m4a|silk)(?:[?#!].{0,256})?",
    re.IGNORECASE | re.DOTALL,
)
_IMAGE_BASE64 = ("/9j/", "iVBORw0KGgo", "R0lGOD", "Qk0", "JVBERi0", "UklGR", "AAAA")
"""How JPEG, PNG, GIF, BMP, PDF, WAV/WebP and MP4 begin in base64."""
_BASE64 = re.compile(r"[0-9A-Za-z+/_\s-]{64,}={0,2}\s*")


def looks_like_media(value: str) -> bool:
    """Whether a cell is an image, a recording or a document, or says where one lies: data URI, base64, file name, URL."""
    text = value.strip()
    return _MEDIA.fullmatch(text) is not None or (
        text.startswith(_IMAGE_BASE64) and _BASE64.fullmatch(text) is not None
    )


_HEX = re.compile(r"[0-9A-Fa-f]+")
_LONGEST_DIGEST = 128
"""Hexadecimal digits of a SHA-512."""
_VECTOR = re.compile(
    r"[\[({]? ?-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?:[,;|\s]+-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?){15,} ?[\])}]?"
)
_SHORTEST_TEMPLATE = 100
"""Characters in base64: a certificate's fingerprint (SHA-512: 88 in base64, 128 in hexadecimal) is no finger's."""


def looks_like_biometric(value: str) -> bool:
    """Whether a cell is a biometric sample or template: an image or recording, long base64 or hexadecimal, a vector of numbers."""
    text = value.strip()
    if looks_like_media(text) or _VECTOR.fullmatch(text) is not None:
        return True
    if _HEX.fullmatch(text) is not None:
        return len(text) > _LONGEST_DIGEST
    return len(text) >= _SHORTEST_TEMPLATE and _BASE64.fullmatch(text) is not None


def looks_like_degree(value: str) -> bool:
    """Whether a cell is a longitude, a latitude or a pair of them, to three decimals (100 m) or more."""
    parts = re.split(r"[,; ]+", fold(value).strip().strip("()[]"))
    return 1 <= len(parts) <= 2 and all(_degree(part) for part in parts)  # noqa: PLR2004 - a pair


def _degree(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,3}\.[0-9]{3,}", text) is not None and abs(float(text)) <= 180  # noqa: PLR2004 - degrees


def looks_like_login(value: str) -> bool:
    """Whether a cell is the name of an account at a service: 3 to 64 letters, digits and the signs that services allow."""
    text = fold(value).strip()
    return re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._@+-]{2,63}", text) is not None and text.lower() not in _NOTHING


def looks_like_device_code(value: str) -> bool:
    """Whether a cell is the code of a device: a UUID, or 8 to 64 letters and digits with both or with fourteen digits and more."""
    text = value.strip()
    if re.fullmatch(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        return any(character not in "0-" for character in text)
    if not re.fullmatch(r"[0-9A-Za-z_-]{8,64}", text) or len(set(text)) <= _FEWEST_DIGITS:
        return False
    digits = sum(map(str.isdecimal, text))
    return digits >= _FEWEST_DIGITS and (digits < len(text) or digits >= len("35686800004141"))


CLASSIFIERS: Mapping[str, Callable[[str], bool]] = {
    "person_name": looks_like_name,
    "person_name_part": looks_like_name_part,
    "address": looks_like_address,
    "card_expiry": looks_like_expiry,
    "card_cvv2": looks_like_cvv2,
    "card_pin": looks_like_pin,
    "cn_bank_account": looks_like_account,
    "otp_code": looks_like_otp,
    "login_credential": looks_like_secret,
    "amount": looks_like_amount,
    "reference": looks_like_reference,
    "transaction": looks_like_transaction,
    "anything": holds_anything,
    "statement": looks_like_statement,
    "media": looks_like_media,
    "biometric": looks_like_biometric,
    "degree": looks_like_degree,
    "login": looks_like_login,
    "device_code": looks_like_device_code,
}
"""Classifiers of a single cell by name."""

_TOLD_BY_KIND = frozenset(
    {
        "amount",
        "anything",
        "card_cvv2",
        "cn_bank_account",
        "login",
        "otp_code",
        "reference",
        "statement",
        "transaction",
    }
)


def told_by_kind(name: str, value: str) -> bool:
    """Whether the classifier of that name answers alike for all that is written like a value, whatever its digits."""
    return name in _TOLD_BY_KIND and value.isascii() and not any(map(str.isalpha, value))


_NAME_PARTS = frozenset(
    "first last given family middle surname firstname lastname givenname forename xing ming 姓 名 姓氏 名字".split()  # noqa: SIM905 - a list of words
)


_RANDOM_SECRETS = frozenset("token secret key 令牌 密钥 秘钥".split())  # noqa: SIM905 - a list of words
_HASHES = frozenset("hash hashed md sha digest 哈希 摘要".split())  # noqa: SIM905 - a list of words


def looks_like_random_secret(value: str) -> bool:
    """Whether a cell is a clear token or key: as a secret, save that hexadecimal digits are no digest but the secret itself."""
    return looks_like_secret(value) or is_digest(value)


_PINS = ("支付密码", "交易密码", "取款密码", "查询密码", "zfmm", "jymm", "qkmm", "cxmm", "zhmm")
"""What PINs are called; passwords with letters in them are called so too."""


def looks_like_mixed_secret(value: str) -> bool:
    """Whether a cell is a clear password and no PIN, which is an identifier of its own."""
    return looks_like_secret(value) and not pin(value)


@lru_cache(maxsize=4096)
def classifier(name: str, column: str, areas: tuple[str, ...] = ()) -> Callable[[str], bool]:
    """The classifier of that name for a column; `areas` are columns beside it that hold province, city and the like.

    Under `FirstName` or `姓氏` a part of a name is a name; under `access_token` 32 hexadecimal digits are the token and no hash;
    under `jymm` digits are a PIN and no password.
    """
    if name == "address" and areas:
        return looks_like_address_part
    words = _NAME_PARTS if name == "person_name" else _RANDOM_SECRETS if name == "login_credential" else frozenset()
    said = set(tokens(column)) if words else set()
    if words & said and name == "person_name":
        return looks_like_name_part
    if words & said and not said & _HASHES:
        return looks_like_random_secret
    if name == "login_credential" and any(word in token for word in _PINS for token in said):
        return looks_like_mixed_secret
    return CLASSIFIERS[name]
