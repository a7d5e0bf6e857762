"""Secrets that have a shape of their own, and what only looks like one."""

from __future__ import annotations

import base64
import json

import pytest

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.checksums import VALIDATORS

BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"


def token(header: object) -> str:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{head}.eyJzdWIiOiIxIn0.q3Zx7Kw2Lm5Rb8Nt4Vc6"


@pytest.mark.parametrize(
    ("validator", "value", "verdict"),
    [
        ("cloud_key", "AKIAQ3ZXN7T4WLMB2K6V", True),
        ("cloud_key", "AKIAIOSFODNN7EXAMPLE", False),
        ("cloud_key", "AKIAAAAAAAAAAAAAAAAA", False),
        ("cloud_key", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", False),
        ("jwt", token({"alg": "HS256", "typ": "JWT"}), True),
        ("jwt", token({"typ": "note"}), False),
        ("jwt", token(["alg"]), False),
        ("jwt", "eyJhb.eyJzdWIi.x", False),
        ("connection_string", "mysql://core:R00t-pass@10.1.2.3:3306", True),
        ("connection_string", "redis://:q3Zx7Kw2@cache", True),
        ("connection_string", "mysql://user:pass@host", None),
        ("connection_string", "mysql://core:${DB_PASSWORD}@host", False),
        ("connection_string", "mysql://core:****@host", False),
        ("connection_string", "mysql://core@host", False),
        ("private_key", f"-----BEGIN PRIVATE KEY-----\n{BODY}", True),
        ("private_key", f"-----BEGIN PRIVATE KEY-----\\n{BODY}", True),
        (
            "private_key",
            f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\n{BODY}",
            None,
        ),
        ("private_key", f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{BODY}", None),
        ("private_key", "-----BEGIN PRIVATE KEY-----\n" + "A" * 40, False),
    ],
)
def test_a_secret_is_told_from_what_holds_its_place(validator, value, verdict):
    assert VALIDATORS[validator](value) is verdict


@pytest.mark.parametrize("identifier", sorted(load_catalogue().expand("secret")))
def test_nothing_is_ever_shown_of_a_secret_and_it_is_graded_highest(identifier):
    secret = load_catalogue()[identifier]
    assert secret.levels.jrt0171 == "C3"
    assert "authentication" in secret.groups
    assert secret.mask("AKIAQ3ZXN7T4WLMB2K6V") == "****"
