"""One run of one contestant in this process: `python -m benchmarks.child NAME FILE AMOUNT FOUND`, answered with a line of JSON."""

from __future__ import annotations

import csv
import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants.interface import TABLE, TEXT
from benchmarks.scoring import Found

MISSING = 75
"""Exit code where the contestant is not installed (EX_TEMPFAIL of sysexits.h)."""


def spent() -> float:
    """CPU seconds of this process and of those that it has waited for, user and system."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(arguments: Sequence[str]) -> int:
    """Prepares, scans on the clock, and then writes down what was found."""
    name, path, amount, out = arguments
    contestant = next(one for one in (*TEXT, *TABLE) if one.name == name)
    try:
        scan = contestant.prepare()
    except (ImportError, FileNotFoundError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a program's answer
        return MISSING
    ready = spent()
    told = scan(Path(path), int(amount))
    scanned = spent()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found = told()
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t").writerows((one.start, one.end, one.identifier, one.score) for one in found)
    print(json.dumps({"prepare": ready, "scan": scanned - ready, "peak": peak * 1024, "found": len(found)}))  # noqa: T201
    return 0


def read_found(path: Path) -> list[Found]:
    """What a child wrote down."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Found(int(start), int(end), name, float(sure))
            for start, end, name, sure in csv.reader(file, delimiter="\t")
        ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
