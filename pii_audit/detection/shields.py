"""Hashes, tokens and ciphertext: what the shape of a value and the words of its column's name say of how it is protected."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pii_audit.detection.encodings import from_base64, from_hex, text_of
from pii_audit.model.forms import Form

_PASSWORD_HASH = re.compile(
    r"(?:\{[A-Za-z0-9_-]+\})?(?:\$2[abxy]?\$|\$argon2|\$scrypt\$|\$s0\$|\$5\$|\$6\$|\$y\$|\$gy\$|\$pbkdf2|pbkdf2_sha|scrypt:|\$7\$|\$apr1\$|\$1\$).+"
    r"|\{(?:SSHA(?:256|512)?|PBKDF2[A-Za-z0-9-]*)\}.+"
)
_ENVELOPE = re.compile(
    r"(?:ENC\(|\{cipher\}|\{(?:SM4|AES|RSA|SM2)\}|(?:sm4|aes|rsa|sm2|enc):|vault:v\d+:|\$ANSIBLE_VAULT;|-----BEGIN (?:PGP|AGE ENCRYPTED) |gAAAAA|U2FsdGVkX1|AQICAH)",
    re.IGNORECASE,
)
"""Jasypt, Spring Cloud Config, HashiCorp Vault, Ansible Vault, OpenPGP, age, Fernet, OpenSSL `enc -a`, AWS KMS; base64 ones are told by their first bytes."""
_CASE_COUNTS = ("gAAAAA", "U2FsdGVkX1", "AQICAH")
_DIGEST = re.compile(
    r"(?:\{(?:MD5|SHA-?\d*|SM3)\}|(?:md5|sha-?\d+|sm3)[:$])?"
    r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})",
    re.IGNORECASE,
)
"""MD5 32, SHA-1 40, SHA-224 56, SHA-256 and SM3 64, SHA-384 96, SHA-512 128 digits (RFC 1321, FIPS 180-4, GB/T 32905-2016)."""
_HALF_DIGEST = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F]{16}")
"""The middle half of an MD5, as many systems keep it."""
_DIGEST_BYTES = frozenset({16, 20, 28, 32, 48, 64})
_TOKEN = re.compile(
    r"(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:tok|tkn|token|pseudo|alias)[_:-][0-9A-Za-z_-]{6,})"
)
_CODE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z_+/=-]{8,}")
_UPPER, _LOWER = re.compile("[A-Z]"), re.compile("[a-z]")

_HASH_WORDS = re.compile(r"(?:^|_)(?:md_5|sha|sm_3|hash|hashed|digest)(?:_|$)|哈希|散列|摘要")
_KEYED_WORDS = re.compile(r"(?:^|_)(?:hmac\w*|keyed|cmac)(?:_|$)|加密钥哈希|带密钥")
_TOKEN_WORDS = re.compile(
    r"(?:^|_)(?:token|tok|tkn|tokenized|tokenised|pseudonym|pseudo|surrogate)(?:_|$)|令牌|标记化|假名"
)
_CIPHER_WORDS = re.compile(
    r"(?:^|_)(?:enc|encrypt|encrypted|cipher|ciphertext|crypt|aes|sm_4|sm_2|rsa|3_des|sealed)(?:_|$)|密文|加密"
)

BLOCK, SMALL_BLOCK = 16, 8
"""Bytes of a block of AES or SM4 (GB/T 32907-2016), and of triple DES."""
_SEALED = 28
"""Bytes that GCM adds (SP 800-38D: nonce of 12, tag of 16): from there on a ciphertext has any length."""
_SM2_OVERHEAD = 97
"""Bytes that SM2 adds (GB/T 32918.4-2016: 04, a point of 64, a digest of 32)."""
_FILES = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"x\x9c",
    b"x\xda",
    b"x\x01",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"%PDF",
    b"RIFF",
    b"BZh",
    b"\xfd7zXZ",
)
"""How compressed data, images and documents begin: as uniform as ciphertext, and open to all."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a column's name says of the protection of its values."""

    hashed: bool
    keyed: bool
    token: bool
    cipher: bool

    @classmethod
    def of(cls, tokens: Iterable[str], *, secret: bool = False) -> Words:
        """Reads the tokens of a name; of a secret, `token` says what it is, not how it is protected."""
        name = "_".join(tokens)
        found = [bool(words.search(name)) for words in (_HASH_WORDS, _KEYED_WORDS, _TOKEN_WORDS, _CIPHER_WORDS)]
        return cls(found[0], found[1], found[2] and not secret, found[3])


def password_hash(value: str) -> bool:
    """Whether a value is a salted password hash in a format of its own (bcrypt, argon2, scrypt, PBKDF2, crypt)."""
    return _PASSWORD_HASH.fullmatch(value) is not None


def enveloped(value: str) -> bool:
    """Whether a value says by its first characters that it is encrypted."""
    found = _ENVELOPE.match(value)
    return found is not None and (found[0] in _CASE_COUNTS or found[0].lower() not in map(str.lower, _CASE_COUNTS))


def digest_form(value: str, words: Words) -> Form | None:
    """The form of a value with the length of a digest; the name tells a hash with a key, a token or a cipher from a bare hash.

    Base64 of those lengths may as well be ciphertext: it is taken for a hash where the name says so, or where no cipher gives that length.
    """
    if _DIGEST.fullmatch(value) or _HALF_DIGEST.fullmatch(value):
        if words.keyed:
            return Form.KEYED_HASH
        if words.token:
            return Form.TOKENISED
        whole_blocks = len(value) % (2 * SMALL_BLOCK) == 0
        return Form.ENCRYPTED if words.cipher and not words.hashed and whole_blocks else Form.BARE_HASH
    content = from_base64(value) if _mixed(value) else b""
    if len(content) not in _DIGEST_BYTES or not near_uniform(content):
        return None
    if words.keyed:
        return Form.KEYED_HASH
    return Form.BARE_HASH if words.hashed or len(content) % SMALL_BLOCK else None


def token_form(value: str, words: Words) -> Form | None:
    """The form of a value that is a token by its prefix or shape (RFC 9562), or by the column's name."""
    return Form.TOKENISED if _TOKEN.fullmatch(value) or (words.token and _CODE.fullmatch(value)) else None


def cipher_form(value: str, words: Words) -> Form | None:
    """The form of a value that decodes to near-uniform bytes of a length that a cipher gives."""
    content = from_hex(value) or (from_base64(value) if _mixed(value) else b"")
    if len(content) < (SMALL_BLOCK if words.cipher else BLOCK) or not near_uniform(content):
        return None
    fits = len(content) % SMALL_BLOCK == 0 or len(content) >= _SEALED
    return Form.ENCRYPTED if fits or words.cipher else None


def _mixed(value: str) -> bool:
    """Whether a value has letters of both cases, as base64 of a few bytes has."""
    return _UPPER.search(value) is not None and _LOWER.search(value) is not None


def near_uniform(content: bytes) -> bool:
    """Whether bytes look drawn at random: no text, no known file, half of them with the high bit set, few repeated."""
    size = len(content)
    if size < SMALL_BLOCK or content.startswith(_FILES) or text_of(content):
        return False
    if content[:1] == b"\x04" and size >= _SM2_OVERHEAD:
        content, size = content[1:], size - 1
    high = sum(byte > 0x7F for byte in content)  # noqa: PLR2004 - the high bit
    expected = 256 * (1 - (255 / 256) ** size)
    # 3.4 standard deviations of a fair coin: one ciphertext in 1,500 is missed.
    return abs(high - size / 2) <= 1.7 * math.sqrt(size) and len(set(content)) >= 0.8 * expected
