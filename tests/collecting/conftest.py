from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pii_audit.auditing.crawling import Options
from pii_audit.auditing.selfcheck import audit
from pii_audit.collecting.writing import Order, write_collector
from pii_audit.identifiers.catalogue import load_catalogue


class Bastion:
    """A workspace with a key, and what is run behind the bastion: a Python without any package, and the collector."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = secrets.token_bytes(32)
        (folder / "key.txt").write_text(self.key.hex() + "\n")
        (folder / "policies").mkdir()

    def collector(self, dialect: str, **order: object) -> Path:
        path = self.folder / "collector.py"
        made = write_collector(Order(dialect, "core", **order), load_catalogue(), self.key)
        path.write_text(made.program, encoding="utf-8")
        return path

    def collect(self, dialect: str, *command: str, code: int = 0, output: str = "core.bundle", **order: object) -> str:
        """Writes a collector, runs it; gives what it told."""
        words = ["--key", "key.txt", "-o", output, "--", *command]
        return self.run(self.collector(dialect, **order), *words, code=code)

    def run(self, collector: Path, *words: str, code: int = 0, packages: bool = False) -> str:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, *(["-I"] if packages else ["-I", "-S"]), str(collector), *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env=environment,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def audit(self, kind: str, url: str, include: tuple[str, ...] = (), **options: object):
        """The run of a workspace with that one source."""
        globs = ", ".join(f'"{glob}"' for glob in include)
        (self.folder / "audit.yaml").write_text(
            'version: 1\norganisation: {name: Test, standards: [pipl]}\nkey: "file:key.txt"\npolicies: [policies/]\n'
            f'sources:\n  - {{id: core, kind: {kind}, url: "{url}", include: [{globs}]}}\n',
            encoding="utf-8",
        )
        return audit(self.folder, Options(**options))


@pytest.fixture
def bastion(tmp_path):
    return Bastion(tmp_path)


@pytest.fixture
def same():
    """Compares two runs in all that they say of what was found, and of who can read it."""

    def undated(row):
        """A row of the ledger without the day of the bundle."""
        said = re.sub(r"(?:; )?as collected on [0-9-]{10}$", "", row.reason.en if row.reason else "")
        return (row.asset, row.status, row.rows, row.total, row.draws, said)

    def compare(left, right) -> None:
        by_name = [{one.asset.name: one for one in run.inspected} for run in (left, right)]
        assert by_name[0].keys() == by_name[1].keys()
        for name, one in by_name[0].items():
            other = by_name[1][name]
            assert (one.tally, one.fields) == (other.tally, other.fields), name
        assert sorted(map(undated, left.coverage)) == sorted(map(undated, right.coverage))
        assert set(left.grants) == set(right.grants)
        facts = [
            [(one.rule, one.message, one.fingerprint, one.evidence) for one in run.findings] for run in (left, right)
        ]
        assert facts[0] == facts[1]

    return compare


@pytest.fixture
def client():
    """The command of a client that is installed; without it there is nothing to show."""

    def found(*names: str) -> str:
        path = next(filter(None, map(shutil.which, names)), None)
        if path is None:
            pytest.skip(f"none of {', '.join(names)} is installed")
        return path

    return found
