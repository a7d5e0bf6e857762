"""Validators of secrets that have a shape of their own: keys of clouds, web tokens, connection strings, private keys."""

from __future__ import annotations

import base64
import binascii
import json
import re

from pii_audit.identifiers.credentials import is_placeholder

_HOLDS_A_PLACE = re.compile(
    r"example|sample|dummy|placeholder|changeme|your[_-]?|xxxx|\*{3}|redacted|<|1234567890abcdef|0{8}", re.IGNORECASE
)
"""What documentation writes where a key will stand; AWS's own example key ends with EXAMPLE."""
_FEWEST_DISTINCT = 8
"""Distinct characters of a random key of sixteen or more, at the very least."""


def cloud_key(value: str) -> bool:
    """Access key of a cloud or a platform: no placeholder, and as mixed as random characters are."""
    body = re.sub(r"^[A-Za-z]{2,8}[_=-]?", "", value)
    return not _HOLDS_A_PLACE.search(value) and len(set(body)) >= _FEWEST_DISTINCT


def jwt(value: str) -> bool:
    """JSON Web Token, RFC 7519: the first part is a JSON object in base64url that names an algorithm."""
    head = value.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(header, dict) and ("alg" in header or "enc" in header)


_USER_INFO = re.compile(r"://[^/:@]*:(.+)@|^[^/@]*[^/:@]/([^/].*)@")
"""The password of `scheme://user:password@host`, or of Oracle's `user/password@service`."""


def connection_string(value: str) -> bool | None:
    """URI with user and password, RFC 3986 3.2.1, or those of Oracle's clients: the password is none that only holds a place; None for a bare word such as `pass`."""
    found = _USER_INFO.search(value)
    password = (found[1] or found[2]) if found else ""
    if is_placeholder(password):
        return False
    return None if re.fullmatch(r"(?i:pass|pwd|pw|user|username|admin|your.*|my.*|foo|bar|p)", password) else True


_PEM_BODY = re.compile(
    r"(?:-----|Private-Lines: [0-9]+)(?:\\[nrt]|[\s\"'+])*(?:[A-Za-z-]+: [ -~]+?(?:\\n|[\r\n])+)*(?:\\[nrt]|\s)*([0-9A-Za-z+/]{16,})$"
)


def private_key(value: str) -> bool | None:
    """Private key in PEM (RFC 7468), OpenPGP armour (RFC 9580) or PuTTY's form: True where real base64 follows its header, None for a passphrase's."""
    found = _PEM_BODY.search(value)
    if found is None or len(set(found[1])) < _FEWEST_DISTINCT or _HOLDS_A_PLACE.search(found[1]):
        return False
    return None if "ENCRYPTED" in value else True
