from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from pii_audit.errors import UsageError
from pii_audit.keys import create_key, key_folder


@pytest.fixture(autouse=True)
def config_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_a_new_key_is_64_hex_digits_and_a_newline_for_its_owner_alone(config_home):
    path = create_key("example")
    assert path == config_home / "pii-audit" / "keys" / "example.key"
    assert re.fullmatch(r"[0-9a-f]{64}\n", path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["example.key"]


def test_an_existing_key_is_kept_and_its_mode_narrowed():
    path = create_key("example")
    before = path.read_text()
    path.chmod(0o644)
    assert create_key("example").read_text() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_names_have_two_keys():
    assert create_key("one").read_text() != create_key("two").read_text()


def test_something_that_is_not_a_key_is_refused_without_being_shown():
    path = create_key("example")
    path.write_text("correct horse battery staple")
    with pytest.raises(UsageError) as refusal:
        create_key("example")
    assert "not a key" in str(refusal.value)
    assert "horse" not in str(refusal.value)
    assert path.read_text() == "correct horse battery staple"


def test_a_configuration_folder_that_cannot_be_written_says_what_to_do(config_home):
    config_home.write_text("a file, not a folder")
    with pytest.raises(UsageError) as refusal:
        create_key("example")
    assert "XDG_CONFIG_HOME" in str(refusal.value)
    assert str(config_home) in str(refusal.value)


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "空"])
def test_a_name_that_is_no_file_name_is_refused(name):
    with pytest.raises(ValueError, match="key's name"):
        create_key(name)


def test_without_xdg_config_home_keys_lie_below_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert key_folder() == tmp_path / ".config" / "pii-audit" / "keys"


def test_a_relative_xdg_config_home_is_ignored_as_its_specification_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert key_folder() == tmp_path / ".config" / "pii-audit" / "keys"


def test_without_a_home_the_error_says_what_to_set(monkeypatch):
    def homeless():
        raise RuntimeError

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(UsageError, match="XDG_CONFIG_HOME"):
        key_folder()
