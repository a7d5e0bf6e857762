"""The child process that compiles and evaluates CEL: one request a line in, one answer a line out, as JSON.

It can be stopped at any time without harm to whoever asked, and takes no more memory than it is given.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MEMORY = 1 << 30
"""Bytes of address space beyond what the library itself takes."""


class Expressions:
    """Compiled expressions by number."""

    def __init__(self) -> None:
        from cel_expr_python import cel  # noqa: PLC0415 - the parent does without

        self._cel = cel
        self._types = {
            "string": cel.Type.STRING,
            "int": cel.Type.INT,
            "bool": cel.Type.BOOL,
            "double": cel.Type.DOUBLE,
            "list": cel.Type.List(cel.Type.STRING),
        }
        self._compiled: list[Any] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request: `compile` gives the expression's number, `evaluate` a truth value for each input."""
        if "compile" in request:
            return self._compile(request["compile"], request["variables"])
        return {"results": [self._evaluate(self._compiled[request["evaluate"]], one) for one in request["inputs"]]}

    def _compile(self, expression: str, variables: dict[str, str]) -> dict[str, Any]:
        environment = self._cel.NewEnv(variables={name: self._types[kind] for name, kind in variables.items()})
        try:
            compiled = environment.compile(expression)
        except RuntimeError as error:
            return {"error": str(error)}
        if compiled.return_type().name().upper() not in ("BOOL", "DYN"):
            return {"error": f"the expression gives {compiled.return_type().name()}, not true or false"}
        self._compiled.append(compiled)
        return {"number": len(self._compiled) - 1}

    def _evaluate(self, compiled: Any, values: dict[str, Any]) -> bool | str:
        """True or False, or, as text, why there is no answer."""
        try:
            found = compiled.eval(data=values).value()
        except RuntimeError as error:
            return str(error)
        return found if isinstance(found, bool) else str(found)


def main() -> None:
    """Answers requests until there are no more."""
    expressions = Expressions()
    _limit_memory()
    for line in sys.stdin:
        answer = json.dumps(expressions.answer(json.loads(line)))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _limit_memory() -> None:
    import resource  # noqa: PLC0415 - POSIX only, as the program itself

    soft = MEMORY + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_AS, (max(soft, 2 * MEMORY), resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
