"""Secrets in texts: found, told apart, and never shown."""

from __future__ import annotations

import pytest

from pii_audit.detection import detect_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjMDAxIn0.q3Zx7Kw2Lm5Rb8Nt4Vc6Yp1Hf9Gj3QkTd5Es7Ua2Bz4"


@pytest.mark.parametrize(
    ("text", "identifier", "value"),
    [
        ("aws_access_key_id = AKIAQ3ZXN7T4WLMB2K6V", "cloud_key", "AKIAQ3ZXN7T4WLMB2K6V"),
        ("密钥LTAI5tKq8Zx3Wm7Rb2Nd9PyJ已泄露", "cloud_key", "LTAI5tKq8Zx3Wm7Rb2Nd9PyJ"),
        ("token=ghp_q3Zx7Kw2Lm5Rb8Nt4Vc6Yp1Hf9Gj3QkTd5Es", "cloud_key", "ghp_q3Zx7Kw2Lm5Rb8Nt4Vc6Yp1Hf9Gj3QkTd5Es"),
        (f"Authorization: Bearer {JWT}", "jwt", JWT),
        ("Authorization: Basic c3ZjOlN1cDNyczNjcmV0", "login_credential", "c3ZjOlN1cDNyczNjcmV0"),
        (
            "url=jdbc:mysql://core:R00t-pass@10.1.2.3:3306/core",
            "connection_string",
            "mysql://core:R00t-pass@10.1.2.3:3306",
        ),
        ("db.password=Rp7391!kQ42z", "login_credential", "Rp7391!kQ42z"),
    ],
)
def test_a_secret_is_found_where_it_stands(text, identifier, value):
    (match,) = detect_text(text)
    assert (match.identifier, text[match.start : match.end]) == (identifier, value)


def test_a_private_key_is_found_and_a_public_one_is_not():
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n"
    found = detect_text(f"key:\n-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n")
    assert [match.identifier for match in found] == ["private_key"]
    assert detect_text(f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "Authorization: Bearer <token>",
        "postgresql://svc:${DB_PASSWORD}@db.example.com/core",
        "https://example.com:8443/a@b",
        'if "-----BEGIN PRIVATE KEY-----" in text:',
        "git@github.example:bank/core.git",
    ],
)
def test_what_only_names_a_secret_is_none(text):
    assert not {match.identifier for match in detect_text(text)} & {
        *("private_key", "cloud_key", "jwt", "connection_string", "login_credential")
    }


def test_no_character_of_a_secret_is_in_the_evidence(document):
    secrets = f"a=AKIAQ3ZXN7T4WLMB2K6V\nAuthorization: Bearer {JWT}\nmysql://core:R00t-pass@10.1.2.3:3306/core\n"
    judged = document(secrets)
    assert {one.identifier for one in judged.fields} == {"cloud_key", "jwt", "connection_string"}
    assert {sample for one in judged.fields for sample in one.samples} == {"****"}
    said = repr(judged)
    assert [piece for piece in ("AKIAQ3", "R00t", "eyJ", "q3Zx7") if piece in said] == []


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("动态密码123456", "otp_code"),
        ("取款密码123456", "card_pin"),
        ("重置密码13800138000", "cn_mobile"),
        ("登录密码123456", "login_credential"),
    ],
)
def test_digits_behind_a_password_s_name_are_what_the_whole_name_says(text, identifier):
    assert [one.identifier for one in detect_text(text)] == [identifier]
