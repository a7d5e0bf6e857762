"""`collect` writes a collector and its statements; the key only where it is told to."""

from __future__ import annotations

import pytest


def test_a_collector_its_statements_and_the_key_are_written_apart(space, call, tmp_path):
    done = call(
        "collect", "--dialect", "sqlite", "--source", "core", "-o", tmp_path / "c.py", "--write-key", tmp_path / "k"
    )
    assert done.code == 0
    assert "Hand over the key apart" in done.err
    key = (tmp_path / "k").read_text()
    assert (tmp_path / "k").stat().st_mode & 0o077 == 0
    assert key.strip() not in (tmp_path / "c.py").read_text() + (tmp_path / "c.sql").read_text()
    assert "sqlite_master" in (tmp_path / "c.sql").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dialect", "hive", "-o", "c.py"], "no collector for hive"),
        (["--dialect", "sqlite", "-o", "c.sql"], "three different files"),
        (["--dialect", "sqlite", "-o", "c.py", "--source", "nowhere"], "nowhere"),
        (["--dialect", "sqlite"], "-o"),
    ],
)
def test_what_is_asked_wrongly_is_told(space, call, words, told):
    done = call("collect", *words)
    assert done.code == 2
    assert told in done.err
