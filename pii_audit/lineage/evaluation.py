"""What a column shows of one stored column: its formulas, tried out on a sample of the value."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from pii_audit.language import Text
from pii_audit.lineage import texts
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions, Kind, names
from pii_audit.lineage.graph import Formula, Leaf, Node, OneOf
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.specials import ALTERNATIVES, Arguments, Values, literal, products, special
from pii_audit.lineage.texts import UNKNOWN, Value
from pii_audit.model.forms import Form

STEPS = 200_000
"""Expressions looked at for one column; a script that needs more is not traced."""
_FORMS = {kind: Form(kind.value) for kind in Kind if kind.value in {form.value for form in Form}}
_EXACT = frozenset(
    {
        "upper",
        "ucase",
        "lower",
        "lcase",
        "initcap",
        "to_char",
        "to_varchar",
        "string",
        "str",
        "text",
        "binary",
        "distinct",
    }
    | {"arbitrary", "first", "last", "nth_value", "anyvalue"}
)
"""Functions of one argument that leave each character in its place."""
_EXCLUSIVE = (
    exp.Case, exp.If, exp.Nvl2, exp.DecodeCase, exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif, exp.Max, exp.Min,
    exp.Window, exp.Filter, exp.WithinGroup, exp.Order, exp.Ordered, exp.Limit, exp.AtTimeZone, exp.ArgMax,
    exp.ArgMin, exp.Paren, exp.Alias, exp.Lag, exp.Lead, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.Dot,
)  # fmt: skip
"""Expressions that give one of their parts as it is."""


class Evaluation:
    """The ways in which nodes may show `leaf`, whose content is like `sample`."""

    def __init__(self, leaf: Leaf, sample: str, functions: Functions, dialect: Dialect) -> None:
        self._leaf = leaf
        self._sample = sample
        self._functions = functions
        self._dialect = dialect
        self._known: dict[int, Values] = {}
        self._open: set[int] = set()
        self._cut: set[int] = set()
        self._steps = 0

    def of(self, node: Node) -> Values:
        """Every value that a node may have. Raises Untraceable where it is too entangled to tell."""
        if isinstance(node, Leaf):
            return (Value(tuple(range(len(self._sample)))),) if node == self._leaf else (UNKNOWN,)
        if id(node) in self._known:
            return self._known[id(node)]
        if id(node) in self._open:
            # A recursion: what it adds to itself is what it has already.
            self._cut.add(id(node))
            return (UNKNOWN,)
        self._open.add(id(node))
        found = self._one_of(node) if isinstance(node, OneOf) else self._expression(node.expression, node)
        self._open.discard(id(node))
        self._cut.discard(id(node))
        if not self._cut:
            self._known[id(node)] = found
        return found

    def _one_of(self, node: OneOf) -> Values:
        return self._few(value for one in node.nodes for value in self.of(one)) if node.nodes else (UNKNOWN,)

    def _few(self, values: Iterable[Value]) -> Values:
        """The values, each once; where they are too many, one that shows all that any of them does."""
        found = tuple(dict.fromkeys(values))
        if len(found) <= ALTERNATIVES:
            return found
        places = sorted(frozenset().union(*(value.visible for value in found)))
        shields = frozenset().union(*(value.shields for value in found))
        return (Value((None, *places, None), shields, opened=any(value.opened for value in found)),)

    def _expression(self, expression: exp.Expr, formula: Formula) -> Values:
        self._steps += 1
        if self._steps > STEPS:
            raise Untraceable(Text("表达式过于复杂", "the expression is too entangled"))
        node = formula.operands.get(id(expression)) or formula.aside.get(id(expression))
        if node is not None:
            return self.of(node)
        if isinstance(expression, exp.Literal):
            return (literal(expression),)
        if isinstance(expression, exp.National):
            return (texts.literal(str(expression.this)),)
        if isinstance(expression, exp.Null):
            return (Value(),)
        arguments = Arguments(
            expression,
            lambda part: self._expression(part, formula),
            self._sample,
            self._dialect.parser,
        )
        known = special(expression, self._dialect.parser)
        if known is not None:
            return self._few(known(arguments))
        return self._few(self._general(expression, arguments))

    def _general(self, expression: exp.Expr, arguments: Arguments) -> Iterable[Value]:
        kind = self._functions.kind(expression)
        parts = [arguments.of(part) for part in self._functions.flowing(expression)]
        if kind is Kind.NOTHING or not parts:
            return (UNKNOWN,)
        exact = len(parts) == 1 and any(name in _EXACT for name in names(expression))
        if exact or isinstance(expression, _EXCLUSIVE):
            return [value for values in parts for value in values]
        whole = products(parts, apart=True)
        if kind is Kind.COSMETIC:
            return map(texts.somewhere, whole)
        if kind in _FORMS:
            return [texts.shielded(value, _FORMS[kind]) for value in whole]
        return [texts.loosened(value, len(self._sample)) for value in whole]
