"""What expressions of Python may stand for, as far as their text is written in the program: nothing of it is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from pii_audit.lineage.hosts.literals import formatted, literal
from pii_audit.lineage.hosts.syntax import name_of, terms_of
from pii_audit.lineage.hosts.words import (
    FORMAT,
    PERCENT,
    Items,
    Names,
    Parameter,
    Value,
    Words,
    either,
    flat,
    placeholders,
)
from pii_audit.lineage.unknown import UNKNOWN_TEXT

ALTERNATIVES = 64
"""So many texts that may come about by putting parts together are told apart; what varies more is not known."""
_LONGEST = 2 << 20
"""Characters of the longest text that is put together."""
_PARTS = 2_000
_BITS = 256
"""Of the largest number that is written out: Python refuses very long ones."""
_PLACE = re.compile(r"[0-9]{1,4}")
"""A placeholder by its number."""
_AROUND = frozenset(
    {"dedent", "cleandoc", "text", "SQL", "Template", "str", "open", "Path", "PurePath", "PurePosixPath"}
)
"""Functions of which the text of the first argument goes on: as it is, or as the name of the file that is read."""
_BEHIND = frozenset(
    {"strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "encode", "decode", "substitute", "safe_substitute", "bindparams",
     "columns", "execution_options", "read", "read_text"}
)  # fmt: skip
"""Methods of which the text that they are called on goes on; what some of them put in are variables."""


class Expressions:
    """Evaluates expressions of one file.

    Of its functions, by their names: `returns` are what they give, `parameters` their names in order, `defaults` what those are that a call
    leaves out.
    """

    def __init__(self, source: str, offset: Callable[[int, int], int]) -> None:
        self._source = source
        self._offset = offset
        self.returns: dict[str, Value] = {}
        self.parameters: dict[str, list[str]] = {}
        self.defaults: dict[str, dict[str, Value]] = {}

    def at(self, node: ast.AST) -> int:
        """Where a node begins in the file."""
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]  # of expressions and statements

    def unknown(self, node: ast.AST) -> tuple[Words, ...]:
        """What stands for an expression of which nothing is known."""
        return (Words(((UNKNOWN_TEXT, self.at(node), True),)),)

    def of(self, node: ast.expr, names: Names) -> Value:
        """What an expression may be."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return (Words(tuple(literal(node.value, self._source, *self._span(node))), frozenset({self.at(node)})),)
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            return self._bytes(node.value, node)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return self._number(node.value, node)
        if isinstance(node, ast.Constant) and node.value is None:
            return ()
        found = self._by_kind(node, names)
        return self.unknown(node) if found is None else found

    def _number(self, value: float, node: ast.Constant) -> tuple[Words, ...]:
        if isinstance(value, int) and value.bit_length() > _BITS:
            return self.unknown(node)
        return (Words(((str(value), self.at(node), True),)),)

    def _bytes(self, value: bytes, node: ast.Constant) -> tuple[Words, ...]:
        try:
            parts = literal(value.decode(), self._source, *self._span(node))
        except UnicodeDecodeError:
            return self.unknown(node)
        return (Words(tuple(parts), frozenset({self.at(node)})),)

    def texts(self, node: ast.expr, names: Names) -> tuple[Words, ...]:
        """Every text that an expression, or a member of it, may be."""
        return tuple(flat(self.of(node, names)))

    def _by_kind(self, node: ast.expr, names: Names) -> Value | None:
        match node:
            case ast.Name():
                found = names.find(node.id)
            case ast.Attribute():
                found = names.attributes.get(node.attr)
            case ast.JoinedStr():
                found = self._formatted(node, names)
            case ast.BinOp():
                found = self._operation(node, names)
            case ast.IfExp():
                found = either((self.of(node.body, names), self.of(node.orelse, names)))
            case ast.BoolOp():
                found = either(self.of(one, names) for one in node.values)
            case ast.NamedExpr() | ast.Starred() | ast.Await():
                found = self.of(node.value, names)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                found = self._items(node, names)
            case ast.ListComp() | ast.GeneratorExp():
                found = self._comprehension(node, names)
            case ast.Subscript():
                found = self._member(node, names)
            case ast.Call():
                found = self._call(node, names)
            case _:
                found = None
        return found

    def _items(self, node: ast.List | ast.Tuple | ast.Set | ast.Dict, names: Names) -> Items:
        if not isinstance(node, ast.Dict):
            return Items(tuple(self.of(one, names) for one in node.elts))
        words = [one.value if isinstance(one, ast.Constant) else None for one in node.keys]
        keys = tuple(one if isinstance(one, str) else None for one in words)
        return Items(tuple(self.of(one, names) for one in node.values), keys)

    def _formatted(self, node: ast.JoinedStr, names: Names) -> Value:
        constants = iter(formatted(node, self._source, *self._span(node)))
        literals = frozenset({self.at(node)})
        pieces: list[tuple[Words, ...]] = []
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                value = self.of(one.value, names)
                pieces.append(self.unknown(node) if isinstance(value, Items) or one.format_spec else value)
            else:
                pieces.append((Words(tuple(next(constants)), literals),))
        return self._product(pieces, node)

    def _operation(self, node: ast.BinOp, names: Names) -> Value | None:
        if isinstance(node.op, ast.Add):
            return self._sum(node, names)
        left = self.of(node.left, names)
        if isinstance(node.op, ast.Div):
            # A path: the last of its parts names the file.
            return self.of(node.right, names)
        if isinstance(node.op, ast.Mod) and not isinstance(left, Items):
            given = self.of(node.right, names)
            return self._filled(
                node, left, given.members if isinstance(given, Items) else (given,), _keyed(given), PERCENT
            )
        return None

    def _sum(self, node: ast.BinOp, names: Names) -> Value | None:
        """`a + b + c`, of any length: lines of SQL stand there by the hundred."""
        terms = [self.of(one, names) for one in terms_of(node)]
        texts = [one for one in terms if not isinstance(one, Items)]
        if len(texts) == len(terms):
            return self._product(texts, node)
        if texts:
            return None
        return Items(tuple(member for one in terms if isinstance(one, Items) for member in one.members))

    def added(self, node: ast.AST, left: Value | None, right: Value) -> Value:
        """`left += right`."""
        if isinstance(left, Items) and isinstance(right, Items):
            return Items(left.members + right.members)
        if left is None or isinstance(left, Items) or isinstance(right, Items):
            return self.unknown(node)
        return self._product((left, right), node)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, names: Names) -> Value | None:
        (first, *others) = node.generators
        members = self.of(first.iter, names)
        if others or first.ifs or not isinstance(members, Items) or not isinstance(first.target, ast.Name):
            return None
        found = []
        for member in members.members:
            within = Names({first.target.id: member}, names, names.attributes)
            found.append(self.of(node.elt, within))
        return Items(tuple(found))

    def _member(self, node: ast.Subscript, names: Names) -> Value | None:
        whole = self.of(node.value, names)
        if not isinstance(whole, Items):
            return None
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str) and key in whole.keys:
            return whole.members[whole.keys.index(key)]
        if isinstance(key, int) and not whole.keys and -len(whole.members) <= key < len(whole.members):
            return whole.members[key]
        return tuple(flat(whole)) or None

    def _call(self, node: ast.Call, names: Names) -> Value | None:
        called = name_of(node.func)
        before = node.func.value if isinstance(node.func, ast.Attribute) else None
        if called == "join" and before is not None and len(node.args) == 1:
            return self._joined(node, self.of(before, names), self.of(node.args[0], names))
        if called == "format" and before is not None:
            value = self.of(before, names)
            given = [self.of(one, names) for one in node.args]
            keyed = {one.arg: self.of(one.value, names) for one in node.keywords if one.arg}
            return None if isinstance(value, Items) else self._filled(node, value, given, keyed, FORMAT)
        if called in ("keys", "values", "items") and before is not None and not node.args:
            return self._of_dictionary(node, called, self.of(before, names))
        if called == "join" and len(node.args) > 1:
            return self.of(node.args[-1], names)
        if called == "replace" and before is not None and len(node.args) > 1:
            return self._replaced(node, self.of(before, names), *(self.of(one, names) for one in node.args[:2]))
        if called == "joinpath" and node.args:
            return self.of(node.args[-1], names)
        inner = before if called in _BEHIND else node.args[0] if called in _AROUND and node.args else None
        if inner is not None:
            return self.of(inner, names)
        if called in self.returns:
            return self._returned(node, called, names)
        return None

    def _of_dictionary(self, node: ast.Call, called: str, value: Value) -> Value | None:
        if not isinstance(value, Items):
            return None
        keys = self.keys(node, value)
        if called == "items":
            return Items(tuple(Items((key, member)) for key, member in zip(keys, value.members, strict=False)))
        return Items(keys if called == "keys" else value.members)

    def keys(self, node: ast.AST, value: Items) -> tuple[Value, ...]:
        """The keys of a dictionary, as texts where they are."""
        return tuple(
            self.unknown(node) if key is None else (Words(((key, self.at(node), True),)),)
            for key in value.keys or (None,) * len(value.members)
        )

    def _returned(self, node: ast.Call, called: str, names: Names) -> Value | None:
        value = self.returns[called]
        if isinstance(value, Items):
            return value
        return tuple(filled for words in value for filled in self.given(words, called, node, names))

    def given(self, words: Words, function: str, call: ast.Call, names: Names) -> Iterator[Words]:
        """A text of a function with what a call gives for its parameters."""
        order = self.parameters.get(function, [])
        if isinstance(call.func, ast.Attribute) and order[:1] in (["self"], ["cls"]):
            order = order[1:]
        given = dict(zip(order, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}
        pieces: list[tuple[Words, ...]] = []
        for part in words.parts:
            if isinstance(part, Parameter) and part.function == function and part.name in given:
                value = self.of(given[part.name], names)
                pieces.append(tuple(flat(value)) or self.unknown(call))
            elif isinstance(part, Parameter) and part.function == function:
                default = self.defaults.get(function, {}).get(part.name, self.unknown(call))
                pieces.append(tuple(flat(default)))
            else:
                pieces.append((Words((part,), words.literals),))
        yield from self._product(pieces, call)

    def _joined(self, node: ast.Call, glue: Value, members: Value) -> Value | None:
        if isinstance(glue, Items) or not isinstance(members, Items):
            return None
        pieces: list[tuple[Words, ...]] = []
        for member in members.members:
            if isinstance(member, Items):
                return None
            pieces += [glue, member] if pieces else [member]
        return self._product(pieces, node) if pieces else None

    def _replaced(self, node: ast.Call, value: Value, old: Value, new: Value) -> Value | None:
        """`text.replace("$DAY", day)`: a placeholder of somebody's own."""
        if isinstance(value, Items) or isinstance(old, Items) or isinstance(new, Items) or len(old) != 1:
            return None
        pattern = re.compile(re.escape(old[0].text) + "(?P<name>)" if old[0].text else r"(?!)(?P<name>)")
        return self._filled(node, value, (), {"": new}, pattern)

    def _filled(
        self,
        node: ast.expr,
        value: tuple[Words, ...],
        given: Sequence[Value],
        keyed: Mapping[str, Value],
        pattern: re.Pattern[str],
    ) -> Value:
        """A text whose placeholders are filled in, as far as what goes there is known."""
        found: list[Words] = []
        for words in value:
            pieces: list[tuple[Words, ...]] = []
            count = iter(range(len(words.text)))
            for part in words.parts:
                if isinstance(part, Parameter):
                    pieces.append((Words((part,)),))
                    continue
                for piece, name in placeholders(part, pattern):
                    if name is None:
                        pieces.append((Words((piece,), words.literals),))
                        continue
                    put = keyed.get(name)
                    if put is None and given and (not name or _PLACE.fullmatch(name)):
                        number = int(name) if name else next(count)
                        put = given[number] if number < len(given) else None
                    unknown = (Words(((UNKNOWN_TEXT, piece[1], True),)),)
                    pieces.append(unknown if put is None or isinstance(put, Items) else put)
            found += self._product(pieces, node)
        return tuple(found)

    def _product(self, pieces: Sequence[tuple[Words, ...]], node: ast.AST) -> tuple[Words, ...]:
        """Every text that pieces make in their order; where they are too many, all that varies is not known."""
        count = 1
        for one in pieces:
            count *= len(one)
        if count > ALTERNATIVES:
            pieces = [one if len(one) == 1 else self.unknown(node) for one in pieces]
        found = []
        for several in product(*pieces):
            parts = tuple(part for words in several for part in words.parts)
            literals = frozenset[int]().union(*(words.literals for words in several))
            words = Words(parts, literals)
            short = len(parts) <= _PARTS and len(words.text) <= _LONGEST
            found.append(words if short else self.unknown(node)[0])
        return tuple(found)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        return self.at(node), self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)


def _keyed(value: Value) -> Mapping[str, Value]:
    if not isinstance(value, Items):
        return {}
    return {key: member for key, member in zip(value.keys, value.members, strict=False) if key}
