"""Runs contestants in processes of their own and takes medians; machines are noisy, so that ratios are what counts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.child import MISSING, read_found
from benchmarks.contestants.interface import Contestant, blocks
from benchmarks.corpus.text import TextCorpus
from benchmarks.scoring import Score, score

SCORED = 20_000_000
"""Bytes of a corpus that are scored at most: some 67,000 identifiers."""
LIMIT = 1800
"""Seconds after which a run is given up."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one contestant needs: `amount` bytes or rows in `seconds` of CPU (median), `prepare` before it, `peak` bytes of memory."""

    contestant: Contestant
    amount: int
    seconds: float
    spread: float
    prepare: float
    peak: int
    found: Path

    @property
    def speed(self) -> float:
        """Bytes or rows per CPU second."""
        return self.amount / self.seconds


def measure(
    contestant: Contestant, path: Path, amount: int, folder: Path, say: Callable[[str], None]
) -> Measured | None:
    """Runs a contestant as often as it asks for; None where it is not installed."""
    found = folder / f"{contestant.name}.{path.stem}.found.tsv"
    command = [sys.executable, "-m", "benchmarks.child", contestant.name, str(path), str(amount), str(found)]
    runs = []
    for _ in range(contestant.repeats):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)  # noqa: S603 - our own module
        if done.returncode == MISSING:
            say(f"{contestant.title}: left out, {done.stderr.strip()}")
            return None
        if done.returncode:
            message = f"{contestant.title} failed:\n{done.stderr}"
            raise RuntimeError(message)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    seconds = [float(run["scan"]) for run in runs]
    middle = median(seconds)
    spread = (max(seconds) - min(seconds)) / middle
    prepare = median(float(run["prepare"]) for run in runs)
    return Measured(contestant, amount, middle, spread, prepare, max(int(run["peak"]) for run in runs), found)


def scored(measured: Measured, corpus: TextCorpus) -> Score:
    """The score of what a contestant found in the part of a corpus that it read, or in the beginning of a large one."""
    in_bytes = measured.contestant.offsets == "bytes"
    labels = []
    read = _read(corpus.text, min(measured.amount, SCORED))
    for label in corpus.read_labels():
        if label.byte_start >= len(read):
            break
        labels.append(replace(label, start=label.byte_start, end=label.byte_end) if in_bytes else label)
    text = read.decode("latin-1") if in_bytes else read.decode()
    found = [one for one in read_found(measured.found) if one.end <= len(text)]
    return score(text, labels, found, typed=measured.contestant.typed)


def _read(path: Path, amount: int) -> bytes:
    return b"".join(blocks(path, amount))
