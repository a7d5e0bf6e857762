"""The way through a program of Python: what its statements bind to names, and what its calls hand to databases."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from pii_audit.language import Text
from pii_audit.lineage.hosts.calls import Calls
from pii_audit.lineage.hosts.embedded import ENTANGLED
from pii_audit.lineage.hosts.names import host_names
from pii_audit.lineage.hosts.syntax import bodies_of, name_of, outermost, says_only, told_by
from pii_audit.lineage.hosts.values import Expressions
from pii_audit.lineage.hosts.words import Items, Names, Parameter, Value, Words, either, flat
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.unknown import UNKNOWN_TEXT

_UNROLLED = 64
"""Members of a list for which a loop is gone through one by one."""
_TABLE = re.compile(r"[\w.$]+\Z|\s*\(")
"""A table by its name, or a query in parentheses as one."""
_STEPS = 50_000
"""Statements that are gone through in one file, loops over lists unrolled."""
_ROUNDS = 12
"""Ways through a file: what functions return and attributes hold is known to the next. What changes still is not known from then on."""
_AT_MOST = 4 * _ROUNDS
"""After so many the rest is not followed."""


@dataclass
class _Function:
    """A function of the file: its body is gone through once what is around it is known."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    around: Names


@dataclass(frozen=True)
class _Known:
    """What one way through a file found out for the next: what attributes hold, what functions hand on and return."""

    attributes: dict[str, Value] = field(default_factory=dict)
    sinks: dict[str, dict[int, tuple[Words, ...]]] = field(default_factory=dict)
    returns: dict[str, Value] = field(default_factory=dict)

    def settled(self, before: _Known) -> _Known:
        """The same, in which nothing is known of what is not as it was before."""
        attributes = _settled(self.attributes, before.attributes)
        returns = _settled(self.returns, before.returns)
        sinks = {
            name: {at: texts if before.sinks.get(name, {}).get(at) == texts else _any(at) for at, texts in one.items()}
            for name, one in self.sinks.items()
        }
        return _Known(attributes, sinks, returns)


def _settled(now: Mapping[str, Value], before: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value if before.get(name) == value else _any(_place(value)) for name, value in now.items()}


def _any(at: int) -> tuple[Words, ...]:
    """What may be anything."""
    return (Words(((UNKNOWN_TEXT, at, True),)),)


def _place(value: Value) -> int:
    parts = [part for words in flat(value) for part in words.parts]
    first = parts[0] if parts else ("", 0, True)
    return first.offset if isinstance(first, Parameter) else first[1]


@dataclass
class Program:
    """One file on the way through it.

    `handed` is what databases are given, `seen` what stands in any other place, `commands` are lists of words that begin with a name, all by
    the offset of the expression. `sinks` are the texts that functions hand on with parameters in them, by the functions' names; `gaps` is
    what lets out something that cannot be told.
    """

    source: str
    tree: ast.Module
    handed: dict[int, tuple[Words, ...]] = field(default_factory=dict)
    seen: dict[int, tuple[Words, ...]] = field(default_factory=dict)
    commands: dict[int, tuple[Words, ...]] = field(default_factory=dict)
    sinks: dict[str, dict[int, tuple[Words, ...]]] = field(default_factory=dict)
    gaps: dict[int, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = host_names()[0]
        self._lines = _line_starts(self.source)
        self._ascii = self.source.isascii()
        self._wide: dict[int, list[int]] = {}
        self._expressions = Expressions(self.source, self._offset)
        self._functions: list[_Function] = []
        self._called: set[str] = set()
        self._passed_on: set[str] = set()
        self._function = ""
        self._attributes: dict[str, Value] = {}
        self._returns: dict[str, Value] = {}
        self._known = _Known()
        self._steps = 0
        self._calls = Calls(self.tree)

    def read(self) -> None:
        """Goes through the file until what its functions give one another is known."""
        for number in range(_AT_MOST):
            found = self._once() if number < _ROUNDS else self._once().settled(self._known)
            if found == self._known:
                break
            self._known = found
            self._expressions.returns = self._known.returns
        else:
            raise Untraceable(ENTANGLED)
        for name, texts in self.sinks.items():
            if name not in self._called or name in self._passed_on:
                for at, several in texts.items():
                    self.handed[at] = tuple(dict.fromkeys((*self.handed.get(at, ()), *several)))

    def _once(self) -> _Known:
        """One way through the file."""
        self.handed, self.seen, self.commands, self.sinks = {}, {}, {}, {}
        self._functions, self._function, self._steps = [], "", 0
        self._attributes, self._returns = {}, {}
        self._block(self.tree.body, Names(attributes=self._known.attributes))
        at = 0
        while at < len(self._functions):
            self._within(self._functions[at])
            at += 1
        return _Known(self._attributes, self.sinks, self._returns)

    def _offset(self, line: int, column: int) -> int:
        """The offset of a place that ast tells in bytes of UTF-8."""
        line = min(line, len(self._lines))
        start = self._lines[line - 1]
        if self._ascii:
            return start + column
        if line not in self._wide:
            end = self._lines[line] if line < len(self._lines) else len(self.source)
            sizes = (len(one.encode(errors="surrogatepass")) for one in self.source[start:end])
            self._wide[line] = [0, *accumulate(sizes)]
        return start + bisect_right(self._wide[line], column) - 1

    def _within(self, function: _Function) -> None:
        node = function.node
        self._function = node.name
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        self._expressions.parameters[node.name] = [one.arg for one in positional]
        names = Names({}, function.around, self._known.attributes)
        for one in (*positional, *arguments.kwonlyargs):
            names.local[one.arg] = (Words((Parameter(node.name, one.arg, self._expressions.at(one)),)),)
        self._block(node.body, names)

    def _defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> list[ast.expr]:
        """The values of parameters that a call leaves out."""
        arguments = node.args
        named = [one.arg for one in (*arguments.posonlyargs, *arguments.args)][-len(arguments.defaults) :]
        pairs = [*zip(named, arguments.defaults, strict=False)]
        pairs += [
            (one.arg, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value
        ]
        self._expressions.defaults[node.name] = {name: self._expressions.of(value, names) for name, value in pairs}
        return [value for _, value in pairs]

    # Statements

    def _block(self, body: Sequence[ast.stmt], names: Names) -> None:
        for statement in body:
            self._statement(statement, names)

    def _statement(self, node: ast.stmt, names: Names) -> None:
        self._steps += 1
        if self._steps > _STEPS:
            raise Untraceable(ENTANGLED)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._functions.append(_Function(node, names))
            self._looked([*node.decorator_list, *self._defaults(node, names)], names)
        elif isinstance(node, ast.ClassDef):
            within = Names({}, names, self._known.attributes)
            self._block(node.body, within)
            self._attributes |= within.local
        elif isinstance(node, ast.Assign):
            self._looked([node.value], names)
            value = self._expressions.of(node.value, names)
            for target in node.targets:
                self._bind(target, value, names)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._looked([node.value], names)
            self._bind(node.target, self._expressions.of(node.value, names), names)
        elif isinstance(node, ast.AugAssign):
            self._looked([node.value], names)
            added = self._expressions.added(
                node, self._expressions.of(node.target, names), self._expressions.of(node.value, names)
            )
            self._bind(node.target, added, names)
        elif isinstance(node, ast.Return) and node.value is not None:
            self._looked([node.value], names)
            self._returned(self._expressions.of(node.value, names))
        elif isinstance(node, ast.Raise | ast.Assert):
            self._said(told_by(node), names)
        elif not says_only(node):
            self._compound(node, names)

    def _compound(self, node: ast.stmt, names: Names) -> None:
        self._looked([one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)], names)
        if isinstance(node, ast.For | ast.AsyncFor):
            self._loop(node, names)
            return
        if isinstance(node, ast.While):
            self._repeated(node, names)
            return
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self._looked([item.context_expr], names)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, self._expressions.of(item.context_expr, names), names)
            self._block(node.body, names)
            return
        bodies = list(bodies_of(node))
        if not bodies:
            return
        ways = [names.branch() for _ in bodies]
        for way, body in zip(ways, bodies, strict=True):
            self._block(body, way)
        if not isinstance(node, ast.If) or not node.orelse:
            ways.append(names.branch())
        names.either(ways)

    def _loop(self, node: ast.For | ast.AsyncFor, names: Names) -> None:
        several = self._expressions.of(node.iter, names)
        if isinstance(several, Items) and several.keys:
            # A dictionary by itself gives its keys.
            several = Items(self._expressions.keys(node, several))
        if isinstance(several, Items) and len(several.members) <= _UNROLLED:
            for value in several.members:
                self._bind(node.target, value, names)
                self._block(node.body, names)
        else:
            self._bind(node.target, tuple(dict.fromkeys(flat(several))), names)
            self._repeated(node, names)
        self._block(node.orelse, names)

    def _repeated(self, node: ast.For | ast.AsyncFor | ast.While, names: Names) -> None:
        """A block that is gone through nobody knows how often: what grows in it may grow by anything."""
        before = names.branch()
        self._block(node.body, names)
        for one in ast.walk(node):
            if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name) and one.target.id in names.local:
                unknown = self._expressions.unknown(one)
                names.local[one.target.id] = self._expressions.added(one, names.local[one.target.id], unknown)
        names.either([before, names.branch()])

    def _bind(self, target: ast.expr, value: Value, names: Names) -> None:
        if isinstance(target, ast.Name):
            names.local[target.id] = value
        elif isinstance(target, ast.Attribute):
            known = self._attributes.get(target.attr)
            self._attributes[target.attr] = value if known is None else either((known, value))
        elif isinstance(target, ast.Tuple | ast.List):
            members = value.members if isinstance(value, Items) else ()
            for number, one in enumerate(target.elts):
                fits = len(members) == len(target.elts)
                self._bind(one, members[number] if fits else self._expressions.unknown(one), names)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            known = names.find(target.value.id)
            names.local[target.value.id] = either((known if isinstance(known, Items) else Items(()), value))

    def _returned(self, value: Value) -> None:
        known = self._returns.get(self._function)
        if self._function:
            self._returns[self._function] = value if known is None else either((known, value))

    # Expressions

    def _looked(self, nodes: Iterable[ast.expr], names: Names) -> None:
        """Notes what stands in some expressions, and what their calls hand on."""
        for node in nodes:
            for inner in outermost(node):
                if isinstance(inner, ast.Call):
                    self._call(inner, names)
                elif isinstance(inner, ast.Lambda):
                    self._looked([inner.body], Names({}, names, self._known.attributes))
                elif isinstance(inner, ast.NamedExpr):
                    self._bind(inner.target, self._expressions.of(inner.value, names), names)
                    self._looked([inner.value], names)
                elif isinstance(inner, ast.List | ast.Tuple):
                    self._listed(inner, names)
                else:
                    if isinstance(inner, ast.Name | ast.Attribute):
                        # Who is given a function calls it with what is not known.
                        self._passed_on.add(name_of(inner))
                    self._note(inner, names)

    def _said(self, nodes: Iterable[ast.expr], names: Names) -> None:
        """What is told to people: its texts are no SQL, yet calls within it are made as anywhere."""
        for node in nodes:
            for inner in outermost(node):
                if isinstance(inner, ast.Call):
                    self._call(inner, names, said=True)
                elif isinstance(inner, ast.Lambda | ast.NamedExpr):
                    self._looked([inner], names)

    def _note(self, node: ast.expr, names: Names) -> None:
        at = self._expressions.at(node)
        found = (*self.seen.get(at, ()), *self._expressions.texts(node, names))
        self.seen[at] = tuple(dict.fromkeys(found))

    def _listed(self, node: ast.List | ast.Tuple, names: Names) -> None:
        """A list that may be a command: `["psql", "-c", sql]`."""
        first = node.elts[0] if node.elts else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and " " not in first.value:
            words = (self._expressions.texts(one, names) for one in node.elts)
            self.commands[self._expressions.at(node)] = tuple(several[0] for several in words if several)

    def _call(self, node: ast.Call, names: Names, *, said: bool = False) -> None:
        """Notes what a call hands on and what it is given; of one that makes a text that is `said`, its own texts are left out."""
        called = name_of(node.func)
        tells = called in self._names.said and called not in self._known.sinks
        if not tells:
            self._called.add(called)
        made = self._expressions.of(node, names) != self._expressions.unknown(node)
        before = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if made and not said and not tells:
            self._note(node, names)
        if made or said:
            # Its text is in that of the whole.
            self._said([before], names)
        elif before is not node.func or not isinstance(before, ast.Name):
            self._looked([before], names)
        if not tells:
            own = called in self._expressions.parameters and _own(node.func)
            for one, table in self._calls.handed(node, own=own):
                self._hand(one, names, table=table)
            if dumped := self._calls.dumped(node):
                self.gaps[self._expressions.at(node)] = dumped
        for texts in self._known.sinks.get(called, {}).values():
            for words in texts:
                self._take(self._expressions.at(node), self._expressions.given(words, called, node, names))
        told = [one.value for one in node.keywords if one.arg in self._names.said_keywords]
        others = [*node.args, *(one.value for one in node.keywords if one.arg not in self._names.said_keywords)]
        self._said(told, names)
        if tells or (said and made):
            self._said(others, names)
        else:
            self._looked(others, names)

    def _hand(self, node: ast.expr, names: Names, *, table: bool) -> None:
        texts = self._expressions.texts(node, names)
        if table:
            before = Words((("SELECT * FROM ", self._expressions.at(node), True),))
            texts = tuple(before + words if _TABLE.match(words.text) else words for words in texts)
        if isinstance(node, ast.Constant) and not isinstance(node.value, str | bytes):
            return
        self._take(self._expressions.at(node), texts)

    def _take(self, at: int, texts: Iterable[Words]) -> None:
        """What a database is given at a place; where a parameter of the function is in it, what its callers give."""
        for words in texts:
            into = self.handed
            if words.parameters:
                into = self.sinks.setdefault(words.parameters[0].function, {})
            if words not in into.get(at, ()):
                into[at] = (*into.get(at, ()), words)


def _own(function: ast.expr) -> bool:
    """Whether what is called by its mere name, or as a method of the object itself."""
    before = function.value if isinstance(function, ast.Attribute) else None
    return before is None or (isinstance(before, ast.Name) and before.id in ("self", "cls"))


def _line_starts(source: str) -> list[int]:
    """Where the lines begin, as Python counts them."""
    return [0, *(at + 1 for at, one in enumerate(source) if one == "\n")]
