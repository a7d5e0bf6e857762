"""What functions do to a value, as listed in scanners/lineage/functions.yaml, and of which arguments a result is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache

from sqlglot import exp

from pii_audit import content
from pii_audit.document import INTEGER, STRING, ListOf, Reader, Record
from pii_audit.errors import ConfigurationError

PATH = "scanners/lineage/functions.yaml"


class Kind(StrEnum):
    """What a function does; OTHER is what nobody knows, and so shows its arguments in clear."""

    NOTHING = "nothing"
    COSMETIC = "cosmetic"
    ENCODED = "encoded"
    BARE_HASH = "bare_hash"
    KEYED_HASH = "keyed_hash"
    ENCRYPTED = "encrypted"
    PASSWORD_HASH = "password_hash"  # noqa: S105 - the name of a form
    TOKENISED = "tokenised"
    MASKED = "masked"
    REVEALS = "reveals"
    OTHER = "other"


DECLARED = tuple(kind.value for kind in Kind if kind is not Kind.OTHER)
"""The words by which functions are declared."""
_FILE = Record(
    {"version": INTEGER, "functions": Record({kind: ListOf(STRING) for kind in DECLARED})}, ("version", "functions")
)


class Functions:
    """Functions by their names in any case; `own` are those that somebody declared, or said to be unknown."""

    def __init__(self, own: Mapping[str, Kind] | None = None) -> None:
        self._kinds = {**_shipped(), **{name.lower(): kind for name, kind in (own or {}).items()}}

    def without(self, name: str) -> Functions:
        """These, without what is known of one name."""
        fewer = Functions()
        fewer._kinds = {known: kind for known, kind in self._kinds.items() if known != name.lower()}
        return fewer

    def kind(self, expression: exp.Expr) -> Kind:
        """What the function does; OTHER for what is none, or is not known."""
        return next((self._kinds[name] for name in names(expression) if name in self._kinds), Kind.OTHER)

    def flowing(self, expression: exp.Expr) -> Sequence[exp.Expr]:
        """The parts from which an expression has its value, all of them where nothing else is known of it.

        The branches of a CASE are among them, its conditions are not; a comparison has none. OR counts as `||`, which MySQL
        takes for the one or for the other as it is set.
        """
        if isinstance(expression, exp.Predicate | exp.Connector | exp.Not) and not isinstance(expression, exp.Or):
            return ()
        parts = next((parts for type_, parts in _PARTS.items() if isinstance(expression, type_)), None)
        if parts is not None:
            return [part for part in parts(expression) if isinstance(part, exp.Expr)]
        if self.kind(expression) is Kind.NOTHING:
            return ()
        return list(expression.iter_expressions())


def names(expression: exp.Expr) -> Iterator[str]:
    """The names of a function in lower case: with its package where it has one, then all that it is called in SQL."""
    if isinstance(expression, exp.Anonymous):
        name = expression.name.lower()
        if isinstance(expression.parent, exp.Dot):
            yield f"{expression.parent.this.name.lower()}.{name}"
        yield name
    elif isinstance(expression, exp.Func):
        yield from (name.lower() for name in expression.sql_names())


@cache
def _shipped() -> Mapping[str, Kind]:
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return {name: Kind(kind) for kind, listed in read["functions"].items() for name in listed}


def _this(expression: exp.Expr) -> Sequence[object]:
    return (expression.this,)


def _branches(expression: exp.Expr) -> Sequence[object]:
    return (*(one.args.get("true") for one in expression.args.get("ifs") or ()), expression.args.get("default"))


def _either(expression: exp.Expr) -> Sequence[object]:
    return (expression.args.get("true"), expression.args.get("false"))


def _decoded(expression: exp.Expr) -> Sequence[object]:
    """DECODE(value, search, result, search, result, …, default)."""
    arguments = expression.expressions
    return (*arguments[2::2], *(arguments[-1:] if len(arguments) % 2 == 0 else ()))


def _ordered_set(expression: exp.Expr) -> Sequence[object]:
    """LISTAGG has its value from its argument; MODE and the percentiles from what they are ordered by."""
    joined = isinstance(expression.this, exp.GroupConcat)
    return (expression.this,) if joined else (expression.this, expression.args.get("expression"))


def _ordered(expression: exp.Expr) -> Sequence[object]:
    """Within an aggregate what is ordered by does not show; alone, as in MODE() WITHIN GROUP, it does."""
    return (expression.this,) if expression.this is not None else expression.expressions


def _property(expression: exp.Expr) -> Sequence[object]:
    """`key := value` has its value from the value; a variable that is assigned is told to be one."""
    named = isinstance(expression.this, exp.Identifier)
    return (expression.expression,) if named else tuple(expression.iter_expressions())


_PARTS: Mapping[type, Callable[[exp.Expr], Sequence[object]]] = {
    exp.Case: _branches,
    exp.If: _either,
    exp.Nvl2: _either,
    exp.DecodeCase: _decoded,
    exp.Nullif: _this,
    exp.Window: _this,
    exp.Filter: _this,
    exp.WithinGroup: _ordered_set,
    exp.Order: _ordered,
    exp.Ordered: _this,
    exp.Limit: _this,
    exp.Cast: _this,
    exp.AtTimeZone: _this,
    exp.ArgMax: _this,
    exp.ArgMin: _this,
    exp.Alias: _this,
    exp.PropertyEQ: _property,
    exp.Distinct: lambda expression: expression.expressions,
    # Tables of a document: their columns are made of it, and those that they define are names of their own.
    exp.JSONTable: _this,
    exp.OpenJSON: _this,
    exp.XMLTable: lambda expression: expression.args.get("passing") or (),
}
