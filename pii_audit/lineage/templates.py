"""Jinja and dbt: every text that a template may become, as far as what it asks for is known.

A template is run in Jinja's sandbox with stand-ins for what dbt and schedulers put in. What is not known is written as a
mark, which no column and no table is called; a decision that hangs on it is taken both ways. Every rendering that may
come about is judged, so no branch hides what it selects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import TemplateError, Undefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pii_audit.language import Text
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import MARK, unknown_words

RENDERINGS = 16
"""So many renderings of one template are judged; one with more open decisions is not."""
REF = "ⵥref"
"""The schema under which the models of a project are read, which no table can be."""
_MACRO = re.compile(r"\{%-?\s*macro\s+(?P<name>\w+)\s*\(.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
_BLOCK = r"\{%(?:(?!%\}).)*%\}"
_WRITES = re.compile(
    rf"{_BLOCK}(?:\s|{_BLOCK}|\{{\{{(?:(?!\}}\}}).)*\}}\}}|\{{#(?:(?!#\}}).)*#\}}|--[^\n]*\n)*"
    r"\\?(?:COPY|UNLOAD|INSERT|CREATE|REPLACE|MERGE|EXPORT|UPDATE|CALL)\b",
    re.IGNORECASE | re.DOTALL,
)
"""A macro that is a statement by itself, as dbt runs it by its name (`on-run-end`, `dbt run-operation`)."""
_RUNS = re.compile(r"\b(?:run_query|statement)\s*\(")
_CALLED = re.compile(r"\b(\w+)\s*\(")
_AROUND = re.compile(r"\{%-?\s*(?:end)?(?:snapshot|test|data_test)\b.*?%\}", re.DOTALL)
"""What dbt puts around a query."""
_SIGNS = re.compile(r"\{\{|\{%|\{#")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_FROM, _TO, _ELSEWHERE = "\ue000", "\ue001", "\ue002"
"""Around the number of a place, within a rendering, and before a text that stands in another file."""
_PLACE = re.compile(f"{_FROM}([0-9]+){_TO}")
_RUN = Text("模板运行的查询没有追踪", "a query that the template itself runs is not traced")
_NAME = re.compile(r"[\w$#.]+")
_FILTERS = (
    "upper",
    "lower",
    "trim",
    "join",
    "replace",
    "default",
    "d",
    "string",
    "int",
    "length",
    "list",
    "first",
    "last",
)
_STANDING = dict.fromkeys(("ref", "source", "config", "run_query", "statement", "var", "env_var"))
"""What dbt has of its own, and stands for itself here."""
_METHODS = frozenset({"upper", "lower", "strip", "split", "startswith", "endswith"})
_LONGEST = 8 << 20
"""Characters of the longest rendering."""
_STEPS = 100_000
"""Repetitions of all loops of one rendering together."""


def macros(text: str) -> dict[str, str]:
    """The macros of a file by their names."""
    return {found["name"]: found[0] for found in _MACRO.finditer(text)}


def queries(text: str) -> Iterator[Untraceable]:
    """The queries that macros of a file run, whoever calls them."""
    for found in _MACRO.finditer(text):
        run = _RUNS.search(found[0])
        if run:
            yield Untraceable(_RUN, found.start() + run.start())


def renderings(text: str, variables: Mapping[str, str], beside: Mapping[str, str] | None = None) -> list[Mapped]:
    """The texts that a template may become; the text itself where it is none. `beside` are macros of other files by their names.

    Raises Untraceable, with the offset as its place, for what is no template or cannot be run to its end.
    """
    if not _SIGNS.search(text):
        return [Mapped.of(text)]
    for sign in (_FROM, _TO, _ELSEWHERE):
        text = text.replace(sign, " ")
    text = _AROUND.sub(lambda found: " " * len(found[0]), text)
    own = macros(text)
    text += "".join(f"\n;{{{{ {name}() }}}}" for name, macro in own.items() if _WRITES.match(macro))
    more = _needed(text, {name: macro for name, macro in (beside or {}).items() if name not in own | _STANDING})
    found: list[Mapped] = []
    decisions: list[tuple[str, bool]] = []
    while True:
        if len(found) == RENDERINGS:
            reason = f"more than {RENDERINGS} renderings"
            raise Untraceable(Text(f"模板有超过 {RENDERINGS} 种可能的结果", f"the template may become {reason}"), 0)
        rendering = _Rendering(dict(decisions), variables)
        found.append(rendering.of(text, more))
        decisions = list(rendering.decided.items())
        # Depth first: the last decision that was taken with yes is taken with no, and all after it anew.
        while decisions and not decisions[-1][1]:
            decisions.pop()
        if not decisions:
            return found
        decisions[-1] = (decisions[-1][0], False)


def _needed(text: str, beside: Mapping[str, str]) -> list[str]:
    """The macros of other files that a text calls, and those that these do."""
    found: dict[str, str] = {}
    waiting = [text]
    while waiting:
        for name in dict.fromkeys(_CALLED.findall(waiting.pop())):
            if name in beside and name not in found:
                found[name] = beside[name]
                waiting.append(beside[name])
    return list(found.values())


class _Sandbox(ImmutableSandboxedEnvironment):
    """No arithmetic on texts and no methods: nothing that a template of SQL needs, everything that makes one endless."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, int) and isinstance(right, int) and operator != "**":
            return super().call_binop(context, operator, left, right)
        message = f"{operator} is not run"
        raise TemplateError(message)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _METHODS
        return isinstance(obj, Undefined | Mapping | LoopContext) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - what can be reached is ours
        return True


class _Rendering:
    """One way through a template. `decided` are the decisions on what is not known, in the order in which they came."""

    def __init__(self, decided: dict[str, bool], variables: Mapping[str, str]) -> None:
        self.decided = decided
        self._steps = 0
        unknown = unknown_words(lambda said: decided.setdefault(said, True))
        self._environment = _Sandbox(undefined=unknown, extensions=["jinja2.ext.do"], optimized=False)
        filters = self._environment.filters
        self._environment.filters = {name: filters[name] for name in _FILTERS}
        self._environment.globals = {**_dbt(unknown, variables), "range": self._range, **variables}

    def of(self, text: str, more: Sequence[str]) -> Mapped:
        """The text that it becomes, with `more` macros."""
        try:
            before = "".join(_elsewhere(self._environment, one) for one in more)
            template = self._environment.from_string(before + _with_places(self._environment, text))
            rendered = "".join(self._limited(template.generate()))
        except Untraceable:
            raise
        except RecursionError:
            raise Untraceable(Text("模板嵌套过深", "the template is nested too deeply"), 0) from None
        except Exception as error:  # noqa: BLE001 - a template may raise whatever Python can
            raise Untraceable(*_why(error, text)) from None
        return _mapped(rendered)

    def _limited(self, parts: Iterator[str]) -> Iterator[str]:
        size = 0
        for part in parts:
            size += len(part)
            if size > _LONGEST:
                raise TemplateError("it becomes too long")  # noqa: EM101, TRY003 - for people
            yield part

    def _range(self, *bounds: int) -> Iterator[int]:
        for step in range(*bounds):
            self._steps += 1
            if self._steps > _STEPS:
                raise TemplateError("it repeats itself too often")  # noqa: EM101, TRY003 - for people
            yield step


def _dbt(unknown: Callable[..., Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """What dbt puts in: the names of models and sources; settings say nothing of what is selected."""

    def named(*parts: object) -> str:
        words = [str(part) for part in parts]
        return ".".join(words) if all(map(_NAME.fullmatch, words)) else MARK * 3

    def variable(name: object, *_default: object) -> Any:
        return variables.get(str(name), unknown(name=f"var({name!r})"))

    def not_run(*_parts: object, **_named: object) -> str:
        raise Untraceable(_RUN, 0)

    return {
        "ref": lambda *parts, **_named: f"{REF}.{named(parts[-1])}" if parts else MARK * 3,
        "source": lambda *parts, **_named: named(*parts),
        "config": lambda *_parts, **named: "".join(map(_hook, (named.get("pre_hook"), named.get("post_hook")))),
        "run_query": not_run,
        "statement": not_run,
        "var": variable,
        "env_var": variable,
    }


def _hook(hook: object) -> str:
    """The statements of a hook, which are run beside the model; what they ask for in turn is not known."""
    if isinstance(hook, list | tuple):
        return "".join(map(_hook, hook))
    said = hook.get("sql", "") if isinstance(hook, dict) else hook
    return f";\n{_TAG.sub(MARK * 3, str(said))}\n;\n" if said is not None else ""


def _with_places(environment: _Sandbox, text: str) -> str:
    """The template with the offset of each line and of each text after a tag, so that a rendering tells where it came from."""
    parts: list[str] = []
    at = 0
    for _, kind, value in environment.lex(text):
        found = text.find(value, at)
        at = found if found >= 0 else at
        if kind == "data":
            offset = at
            for line in value.splitlines(keepends=True):
                parts.append(f"{_FROM}{offset}{_TO}{line}")
                offset += len(line)
        else:
            parts.append(value)
        at += len(value)
    return "".join(parts)


def _elsewhere(environment: _Sandbox, macro: str) -> str:
    """A macro of another file, whose texts say that they have no place in this one."""
    lexed = environment.lex(macro)
    return "".join(f"{_ELSEWHERE}{value}" if kind == "data" else value for _, kind, value in lexed)


def _mapped(rendered: str) -> Mapped:
    parts: list[tuple[str, int, bool]] = []
    pieces = _PLACE.split(rendered)
    for place, text in zip((None, *pieces[1::2]), pieces[::2], strict=True):
        here, _, elsewhere = text.partition(_ELSEWHERE)
        at = int(place or 0)
        parts += [(here, at, place is None)] if here else []
        # It stands where what is before it ends.
        parts += [(elsewhere.replace(_ELSEWHERE, ""), max(at + len(here) - 1, at), True)] if elsewhere else []
    return Mapped.built(parts)


def _why(error: Exception, text: str) -> tuple[Text, int]:
    line = getattr(error, "lineno", None) or 1
    offset = sum(len(part) for part in text.splitlines(keepends=True)[: line - 1])
    said = _PLACE.sub("", str(error)).splitlines()[0][:120] if str(error) else type(error).__name__
    return Text(f"模板无法展开（{said}）", f"the template cannot be rendered ({said})"), offset
