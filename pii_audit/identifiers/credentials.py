"""Secrets: what is one, what only holds its place, and what is a password hash."""

from __future__ import annotations

import re

_PLACEHOLDERS = frozenset(
    """
    null none nil true false undefined string text password passwd secret token changeme change_me change-me example sample test todo
    required optional hidden redacted masked removed your_password yourpassword your_token your_secret your-password your-token xxx xxxx
    str bytes bool int object empty default value unknown bearer basic n/a varchar integer number placeholder dummy mypassword password_here invalid incorrect wrong expired
    """.split(),  # noqa: SIM905 - a list of words
)
_REFERENCE = re.compile(
    r"[$#]\{.*|\$\(.*|\{\{.*|%\(.*|%[A-Za-z_]+%|<[^>]*>?|\$[A-Za-z_][A-Za-z0-9_]*|(?:env|vault|keyring|file|ENC)[:(].*|[A-Za-z_.]+\(.*"
)
"""A place where a secret will be filled in or is looked up, not the secret."""
_MEMBER = re.compile(
    r"(?:self|this|cls|os|process|import|sys|env|config|conf|cfg|settings|options|opts|args|params|props|request|req|res|response|body|form|data|state|secrets|vars|var|local|module|app|ctx"
    r"|context|user|account|credentials)(?:\.[A-Za-z_$]+)+"
    r"|(?:(?:[A-Za-z_$][A-Za-z0-9_$]*\.)+[A-Za-z0-9_$]*|[A-Za-z_$]*_)(?:password|passwd|passphrase|pwd|pass|secret|token|key)",
    re.IGNORECASE,
)
"""A variable or a member, as programs write it: `next_token`, `self.password`, `process.env.DB_PASS`."""
_TOLD_TO = re.compile(
    r"(?:your|insert|enter|replace)[_-][A-Za-z_-]+|![a-z]+|(?:min|max|len|length|size)[:=][0-9]+|[0-9]{1,2}-[0-9]{1,2}",
    re.IGNORECASE,
)
"""What to put there, and rules for it: `your-api-key-here`, `!vault`, `min:8`, `6-20`."""
_MASK = re.compile(r"[*xX•●#.…_?=-]+")
_HASH = re.compile(
    r"\$(?:2[abxy]?|5|6|y|argon2(?:id|i|d)|scrypt|pbkdf2(?:-[a-z0-9]+)?|7|gy|bcrypt-sha256)\$.+"
    r"|(?:pbkdf2|bcrypt|argon2|scrypt)[a-z0-9_]*\$.+|\{(?:SSHA(?:256|512)?|PBKDF2[A-Z0-9-]*|ARGON2|bcrypt|pbkdf2|scrypt|argon2)\}.+"
)
"""Salted password hashes: modular crypt formats, Django's and LDAP's notation."""
_BARE_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}")


def is_placeholder(value: str) -> bool:
    """Whether a value holds the place of a secret: asterisks, `changeme`, `${VAR}`, `<password>`, `null`."""
    bare = value.strip().strip("\"'`,;")
    return (
        not bare
        or bare.lower() in _PLACEHOLDERS
        or _MASK.fullmatch(bare) is not None
        or any(regex.fullmatch(bare) for regex in (_REFERENCE, _MEMBER, _TOLD_TO))
    )


def is_password_hash(value: str) -> bool:
    """Whether a value is a salted, slow password hash (bcrypt, argon2, scrypt, PBKDF2, SHA-crypt)."""
    return _HASH.fullmatch(value.strip()) is not None


def is_digest(value: str) -> bool:
    """Whether a value has the length and alphabet of an unsalted digest in hexadecimal (MD5, SHA-1, SHA-2)."""
    return _BARE_HASH.fullmatch(value.strip()) is not None


def credential(value: str) -> bool | None:
    """True for a clear secret, None for a bare word and for a salted password hash, which gives no secret away, False for a placeholder."""
    if is_placeholder(value):
        return False
    return None if value.strip().isalpha() or is_password_hash(value) else True


def pin(value: str) -> bool:
    """PIN (ISO 9564-1: 4 to 12 digits) or PIN block (16 hexadecimal digits): its shape, which a password in letters has not."""
    return re.fullmatch(r"[0-9]{4,12}|[0-9A-Fa-f]{16}", value.strip()) is not None
