"""Regular expressions of others are tried in a child process before any data meets them: one that takes for ever is refused, never run.

Python's `re` backtracks: `(a+)+b` doubles its time with each character, `[a-z]+x` squares it. A child runs each expression over long runs of what it
matches and is killed when one takes more than `SECONDS` of processor time. What passes is as fast on hostile text as on any other.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations

from pii_audit.document import Section
from pii_audit.errors import Position
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier
from pii_audit.identifiers.patterns import compiled, elements
from pii_audit.language import Text

SECONDS = 5
"""Processor time that one expression may take over all its texts."""
PATIENCE = 30
"""Seconds on the clock, for each expression, after which the child is killed in any case: the machine may be busy."""
MEMORY = 1 << 30
RUN = 200_000
"""Characters of a text made of one kind: many enough that a quadratic expression does not pass."""
MIXED = 50_000
"""Characters of a text in which two kinds take turns, or an example is repeated."""
_DONE = "done"
_MOST_KINDS = 12
_TAIL = "\x01"
"""What hardly any expression matches: backtracking begins where a match all but succeeds."""
_PROBES = [*map(chr, range(0x20, 0x7F)), "\n", "\t", "中", "号", "：", "é"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression with its boundary as `re` takes it, where it stands, and texts that it is meant to find."""

    position: Position
    regex: str
    flags: int
    examples: tuple[str, ...] = ()


def expressions(section: Section, identifier: Identifier) -> Iterator[Expression]:
    """The regular expressions of an identifier, given the file that defines it."""
    examples = tuple(fold(example.text) for example in identifier.match)
    for pattern, entry in zip(identifier.patterns, section.get("patterns", ()), strict=True):
        regex = compiled(pattern)
        yield Expression(entry.at("regex"), regex.pattern, int(regex.flags), examples)
    if identifier.lookalike is not None:
        yield Expression(section.at("lookalike"), f"^(?:{identifier.lookalike})$", 0, examples)


def refused(tried: Sequence[Expression], seconds: int = SECONDS) -> Iterator[tuple[Position, Text]]:
    """What is wrong with each expression that did not come to an end in so much processor time."""
    left = list(tried)
    while left:
        done, why = _run(left, seconds)
        if done >= len(left):
            return
        yield left[done].position, why
        left = left[done + 1 :]


def _run(tried: Sequence[Expression], seconds: int) -> tuple[int, Text]:
    """How many of the expressions a child finished, and what happened at the next."""
    given = json.dumps([seconds, [[one.regex, one.flags, list(one.examples)] for one in tried]])
    child = subprocess.Popen(  # noqa: S603 - this interpreter, this module
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
        encoding="ascii",
    )
    try:
        told, _ = child.communicate(given, timeout=PATIENCE * len(tried))
    except subprocess.TimeoutExpired:
        child.kill()
        told, _ = child.communicate()
    lines = told.splitlines()
    done = lines.count(_DONE)
    if not lines:
        code = child.returncode
        return done, Text(
            f"正则无法试运行（子进程以 {code} 结束），已拒绝，未检查任何数据",
            f"regex: could not be tried (the child process ended with {code}); refused, and nothing was inspected",
        )
    run = json.loads(lines[-1]) if lines[-1] != _DONE else "?"
    return done, Text(
        f"正则在由 “{run}” 组成的长文本上耗时超过 {seconds} 秒，已拒绝，未检查任何数据；请给重复次数设上限（如 {{1,64}}），并使相邻部分不匹配相同字符",
        f'regex: more than {seconds} s on a long run of "{run}"; refused, and nothing was inspected. '
        "Bound its repeats ({1,64} instead of +), and let no two parts side by side match the same characters",
    )


def main() -> None:
    """The child: reads expressions, runs each, and says what it is at; the system, or who waits too long, ends it."""
    seconds, given = json.load(sys.stdin)
    for regex, flags, examples in given:
        _limit(seconds)
        expression = re.compile(regex, flags)
        for shown, text in _texts(expression, examples):
            print(json.dumps(shown), flush=True)  # noqa: T201 - the answer to the parent
            for _ in expression.finditer(text):
                pass
        print(_DONE, flush=True)  # noqa: T201 - as above


def _limit(seconds: int) -> None:
    """Gives the next expression its processor time and all of them their memory, where the system can."""
    try:
        import resource  # noqa: PLC0415 - POSIX only; elsewhere the parent's patience is all there is
    except ImportError:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used) + seconds, resource.RLIM_INFINITY))
    with suppress(ValueError, OSError):  # macOS knows no limit of memory
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))


def _texts(compiled: re.Pattern[str], examples: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Texts on which a slow expression is slow, each with what it is made of."""
    kinds = _kinds(compiled)
    for kind in kinds:
        yield kind, kind * RUN + _TAIL
    for one, other in combinations(kinds, 2):
        yield one + other, (one + other) * (MIXED // 2) + _TAIL
    for example in filter(None, examples):
        yield example[:1], example * (MIXED // len(example) + 1)
        for kind in kinds:
            yield kind, example + kind * MIXED + _TAIL


def _kinds(compiled: re.Pattern[str]) -> list[str]:
    """One character for each kind that the expression tells apart."""
    kinds: dict[tuple[int, ...], str] = {}
    wanted = [re.compile(element, compiled.flags) for element in elements(compiled.pattern)]
    for probe in _PROBES:
        matched = tuple(place for place, one in enumerate(wanted) if one.fullmatch(probe))
        if matched:
            kinds.setdefault(matched, probe)
    return list(kinds.values())[:_MOST_KINDS]
