"""The parent's side of the child process: asks with a time limit, and stops a child that does not answer."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from typing import Any

from pii_audit.errors import PiiAuditError
from pii_audit.language import Text

SECONDS = 10.0
"""An answer that takes longer is none; CEL itself stops an expression after a budget of iterations."""
_CHUNK = 1 << 16


class NoAnswerError(PiiAuditError):
    """The child gave no answer: it took too long, ended, or the library is not there."""


class Evaluator:
    """A child process with compiled expressions; it starts when first asked, and again after it was stopped."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._numbers: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}

    def compile(self, expression: str, variables: Mapping[str, str]) -> str | None:
        """What is wrong with an expression over these inputs (name → CEL type); None when nothing is. Raises NoAnswerError."""
        answer = self._ask({"compile": expression, "variables": dict(variables)})
        if "error" in answer:
            return str(answer["error"])
        self._numbers[expression, tuple(variables.items())] = answer["number"]
        return None

    def evaluate(
        self, expression: str, variables: Mapping[str, str], inputs: Sequence[Mapping[str, Any]]
    ) -> list[bool | str]:
        """For each input whether the expression holds, or, as text, why that cannot be told; None is not known.

        Raises NoAnswerError.
        """
        key = (expression, tuple(variables.items()))
        if key not in self._numbers:
            wrong = self.compile(expression, variables)
            if wrong is not None:
                return [wrong] * len(inputs)
        wanted = [{name: one[name] for name in variables if one[name] is not None} for one in inputs]
        answer = self._ask({"evaluate": self._numbers[key], "inputs": wanted})
        return list(answer["results"])

    def stop(self) -> None:
        """Ends the child; what it had compiled is compiled anew when it is asked for again."""
        child, self._child = self._child, None
        self._numbers.clear()
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):
                        stream.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        child = self._child or self._start()
        if child.stdin is None or child.stdout is None:
            raise AssertionError
        try:
            child.stdin.write(json.dumps(request).encode() + b"\n")
            child.stdin.flush()
            line = self._line(child.stdout.fileno())
        except BrokenPipeError:
            line = b""
        if not line:
            self.stop()
            raise NoAnswerError(
                Text("自定义规则没有在时限内给出结论", "a custom rule gave no answer in time"),
                todo=Text("简化 when 表达式", "make its when expression simpler"),
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _line(self, descriptor: int) -> bytes:
        """One line, or nothing when the time is over or the child has ended."""
        until, read = time.monotonic() + self._seconds, bytearray()
        while not read.endswith(b"\n"):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
            some = os.read(descriptor, _CHUNK) if ready else b""
            if not some:
                return b""
            read += some
        return bytes(read)

    def _start(self) -> subprocess.Popen[bytes]:
        if find_spec("cel_expr_python") is None:
            raise NoAnswerError(
                Text("没有安装 CEL，无法使用自定义规则", "CEL is not installed, so custom rules cannot be used"),
                todo=Text("pip install 'pii-audit[rules]'", "pip install 'pii-audit[rules]'"),
            )
        self._child = subprocess.Popen(
            [sys.executable, "-m", "pii_audit.policy.custom.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        return self._child


@cache
def shared() -> Evaluator:
    """The evaluator of this process."""
    made = Evaluator()
    atexit.register(made.stop)
    return made
