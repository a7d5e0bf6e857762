"""How long the export gate takes for a table, beside what only reads it: whole runs of the program, started and judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pii_audit.engine.processors import processors

AUDIT = """\
version: 1
organisation: {name: Bench, standards: [pipl]}
sources:
  - {id: outbox, kind: feed, url: outbox/, owner: Data}
policies: [policies/]
"""
POLICY = """\
version: 1
purposes:
  sms: {title: Text messages, needs: {cn_mobile: plain}}
recipients:
  acme:
    title: Acme SMS
    role: processor
    region: CN
    agreement: {ref: HT-1, from: 2025-01-01, until: 2099-12-31}
    purposes: [sms]
    scope: {cn_mobile: plain}
flows:
  daily: {source: outbox, match: "*.csv", recipient: acme, purpose: sms, channel: sftp, legal_basis: contract, pia: PIA-1}
"""
JUDGED = (0, 1)
"""Exit codes of a gate that has read everything."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A program on a file of `size` bytes: seconds by the clock and of CPU, and the memory of its largest process in bytes."""

    title: str
    size: int
    wall: float
    cpu: float
    peak: int


def gate_runs(csv: Path, folder: Path, say: Callable[[str], None]) -> list[Ran]:
    """`cat` and the gate on a CSV file, and the gate on the first quarter of it, which tells whether memory grows."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "audit.yaml").write_text(AUDIT, encoding="utf-8")
    (folder / "policies" / "flows.yaml").write_text(POLICY, encoding="utf-8")
    quarter = folder / f"quarter-{csv.name}"
    size = csv.stat().st_size // 4
    with csv.open("rb") as whole, quarter.open("wb") as part:
        while (left := size - part.tell()) > 0:
            part.write(whole.read(min(left, 1 << 20)) + whole.readline())
    gate = (sys.executable, "-m", "pii_audit", "gate", "--flow", "daily")
    jobs = sorted({1, processors()})
    runs = [_run("cat", ("cat", str(csv)), csv, folder)]
    for number in jobs:
        for path in (quarter, csv):
            title = f"gate --jobs {number}"
            runs.append(_run(title, (*gate, "--jobs", str(number), str(path.resolve())), path, folder))
            say(f"{title}: {runs[-1].size:,} bytes in {runs[-1].wall:.1f} s")
    report = ("-o", str(folder / "gate.txt"))
    runs.append(_run("gate --pass-through", (*gate, "--pass-through", *report), csv, folder, piped=True))
    return runs


_MEASURED = """
import json, os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
told = time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status)
open(sys.argv[1], "w").write(json.dumps(told))
"""
"""Runs a command from a small process: to the peak of what it runs, Linux counts the memory of the process that it was started from."""


def _run(title: str, command: Sequence[str], path: Path, folder: Path, *, piped: bool = False) -> Ran:
    told = folder / "told.json"
    with path.open("rb") as stream:
        subprocess.run(  # noqa: S603 - this program, or cat
            [sys.executable, "-c", _MEASURED, str(told), *command],
            cwd=folder,
            stdin=stream if piped else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=_environment(),
            check=True,
        )
    wall, used, peak, code = json.loads(told.read_text())
    if code not in JUDGED:
        message = f"{title} failed: exit code {code}"
        raise RuntimeError(message)
    return Ran(title, path.stat().st_size, wall, used, peak * 1024)


def _environment() -> dict[str, str]:
    """With the package that runs here, wherever that program is started."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
