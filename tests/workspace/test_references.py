from __future__ import annotations

from pathlib import Path

import keyring
import keyring.errors
import pytest

from pii_audit.errors import Position, UsageError
from pii_audit.workspace import Source, Workspace, load_key, resolve, resolved

KEY = "0123456789abcdef" * 4


def workspace(root: Path, key: str | None) -> Workspace:
    return Workspace(root, Position("audit.yaml"), key=key)


def test_an_environment_reference_stands_for_the_variable(monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://db/core")
    assert resolve("env:WAREHOUSE_URL") == "postgresql://db/core"


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_is_named_with_what_to_do(monkeypatch, value):
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    if value is not None:
        monkeypatch.setenv("WAREHOUSE_URL", value)
    with pytest.raises(UsageError, match=r"WAREHOUSE_URL is not set\. set it first: export WAREHOUSE_URL"):
        resolve("env:WAREHOUSE_URL")


def test_a_source_whose_reference_stands_for_nothing_is_told_at_its_place(monkeypatch):
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    source = Source("warehouse", Position("audit.yaml", 8, 5), "database", "env:WAREHOUSE_URL")
    with pytest.raises(
        UsageError, match=r"^audit\.yaml:8:5: warehouse: the environment variable WAREHOUSE_URL is not set"
    ):
        resolved(source)


def test_anything_else_is_its_own_meaning():
    assert resolve("sqlite:core.db") == "sqlite:core.db"


def test_a_keyring_reference_stands_for_the_entry(monkeypatch):
    entries = {("pii-audit", "example"): KEY}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: entries.get((service, user)))
    assert resolve("keyring:pii-audit/example") == KEY
    with pytest.raises(UsageError, match="keyring set pii-audit other"):
        resolve("keyring:pii-audit/other")


def test_an_unusable_keyring_is_told_apart_from_a_missing_entry(monkeypatch):
    def locked(service: str, user: str) -> str:
        raise keyring.errors.NoKeyringError

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(UsageError, match="the keyring cannot be used"):
        resolve("keyring:pii-audit/example")


def test_the_key_is_read_from_file_environment_and_keyring(tmp_path, monkeypatch):
    (tmp_path / "key").write_text(f"{KEY}\n")
    monkeypatch.setenv("AUDIT_KEY", KEY)
    monkeypatch.setattr(keyring, "get_password", lambda service, user: KEY)
    for reference in ("file:key", f"file:{tmp_path / 'key'}", "env:AUDIT_KEY", "keyring:pii-audit/example"):
        assert load_key(workspace(tmp_path, reference)) == bytes.fromhex(KEY)


@pytest.mark.parametrize("digits", [KEY[:-1], KEY + "0", "g" * 64, ""])
def test_a_key_of_another_shape_is_refused_and_never_echoed(tmp_path, digits):
    (tmp_path / "key").write_text(f"{digits}\n")
    with pytest.raises(UsageError, match="64 hexadecimal digits") as caught:
        load_key(workspace(tmp_path, "file:key"))
    assert not digits or digits not in str(caught.value)


def test_a_key_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_key(workspace(tmp_path, "file:nowhere"))
    with pytest.raises(UsageError, match="cannot be read"):
        load_key(workspace(tmp_path, "file:~nobody-of-that-name/key"))
    with pytest.raises(UsageError, match="names no HMAC key"):
        load_key(workspace(tmp_path, None))


def test_a_device_without_an_end_is_no_key(tmp_path):
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        load_key(workspace(tmp_path, "file:/dev/zero"))
