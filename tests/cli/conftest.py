"""What tests of commands share: a small workspace, and the program run in this process or in one of its own."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.program import Answer, call, surroundings

__all__ = ["call", "surroundings"]

AUDIT = """\
version: 1
organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}
sources:
  - {id: core, kind: database, url: "sqlite:core.db", owner: Retail}
  - {id: share, kind: file_share, url: share/, owner: Office}
  - {id: outbox, kind: feed, url: outbox/, owner: Data, ignore: ["*.ok"]}
policies: [policies/]
key: "file:KEY"
"""
RECIPIENTS = """\
version: 1
purposes:
  sms:
    title: Text messages
    needs: {cn_mobile: plain}
    allows: {person_name: masked}
recipients:
  acme:
    title: Acme SMS
    role: processor
    region: CN
    agreement: {ref: HT-1, from: 2025-01-01, until: 2099-12-31}
    purposes: [sms]
    scope:
      cn_mobile: plain
      person_name: masked
    never: [C3]
"""
FLOWS = """\
version: 1
flows:
  sms-daily:
    source: outbox
    match: "sms_*.csv"
    recipient: acme
    purpose: sms
    channel: sftp
    legal_basis: contract
    pia: PIA-1
"""
GOOD = "mobile,name\n13800138000,张*\n13900139000,李*\n"
EXCESS = "mobile,name,id_no\n13800138000,张*,11010519491231002X\n13900139000,李*,440524188001010014\n"
LEDGER = "CREATE TABLE customer (id INTEGER, mobile TEXT, card_no TEXT)"
CUSTOMERS = [(1, "13800138000", "4111111111111111"), (2, "13900139000", "5555555555554444")]


@pytest.fixture
def unlisted(monkeypatch) -> Callable[[str], None]:
    """Folders of this name may not be listed from now on, by root neither."""
    listing = os.scandir

    def refuse(name: str) -> None:
        def scandir(path="."):
            if Path(os.fsdecode(path)).name == name:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fsdecode(path))
            return listing(path)

        monkeypatch.setattr(os, "scandir", scandir)

    return refuse


@pytest.fixture
def program() -> Callable[..., Answer]:
    """Runs the program in a process of its own; `env` adds to the environment, `setup` prepares the process, `timeout` is in seconds."""

    def run(
        *words: object,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        setup: Callable | None = None,
        timeout: int = 60,
    ) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "pii_audit", *map(str, words)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            preexec_fn=setup,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def space(tmp_path, surroundings, monkeypatch) -> Path:
    """A workspace with a database, a share and an outbox that holds one export as declared; the current folder."""
    root = tmp_path / "space"
    for name in ("share", "outbox", "policies"):
        (root / name).mkdir(parents=True)
    key = surroundings / "key"
    key.write_text("5a" * 32 + "\n")
    key.chmod(0o600)
    (root / "audit.yaml").write_text(AUDIT.replace("KEY", str(key)))
    (root / "policies" / "recipients.yaml").write_text(RECIPIENTS)
    (root / "policies" / "flows.yaml").write_text(FLOWS)
    (root / "outbox" / "sms_1.csv").write_text(GOOD, encoding="utf-8")
    (root / "share" / "note.txt").write_text("call 13800138000 back\n")
    (root / "share" / "note.txt").chmod(0o600)
    with closing(sqlite3.connect(root / "core.db")) as connection:
        connection.execute(LEDGER)
        connection.executemany("INSERT INTO customer VALUES (?, ?, ?)", CUSTOMERS)
        connection.commit()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def excess(space) -> Path:
    """An export with a column more than its flow may hold."""
    path = space / "outbox" / "sms_2.csv"
    path.write_text(EXCESS, encoding="utf-8")
    return path


def is_diagnostic(text: str) -> bool:
    """Whether some narration has no traceback and is made of whole lines without control characters."""
    lines: Sequence[str] = text.splitlines()
    return "Traceback" not in text and all(line.isprintable() for line in lines)


@pytest.fixture
def told() -> Callable[[Answer, int], list[str]]:
    """Asserts an exit code and a clean stderr without a traceback; gives the lines on stderr."""

    def check(answer: Answer, code: int) -> list[str]:
        assert answer.code == code, answer.err
        assert is_diagnostic(answer.err), answer.err
        return answer.err.splitlines()

    return check
