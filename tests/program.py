"""The program run in this process, in surroundings of the test's own: fixtures that test folders import."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pii_audit.cli.main import main


class Answer(NamedTuple):
    """What one call of the program gave."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def surroundings(tmp_path_factory, monkeypatch) -> Path:
    """An English, wide, colourless environment; keys go to a folder of the test's own."""
    config = tmp_path_factory.mktemp("config")
    for name in ("LC_ALL", "LC_MESSAGES", "PII_AUDIT_REQUESTER", "PII_AUDIT_TICKET", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    monkeypatch.setenv("COLUMNS", "300")
    return config


@pytest.fixture
def call(capsys, monkeypatch) -> Callable[..., Answer]:
    """Runs the program in this process; `stdin` are bytes."""

    def run(*words: object, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Answer(code, *capsys.readouterr())

    return run
