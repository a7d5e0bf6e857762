"""What a column is made of: leaves are columns of stored tables, and formulas stand over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column of a stored asset, by the asset's id."""

    asset: str
    column: str


@dataclass(eq=False, slots=True)
class Formula:
    """An expression.

    `operands` are the nodes of the columns and queries that its value is made of, by the identity of their expressions, `aside` those that
    only say how: a place within a text.
    """

    expression: exp.Expr
    operands: dict[int, Node] = field(repr=False)
    aside: dict[int, Node] = field(default_factory=dict, repr=False)


@dataclass(eq=False, slots=True)
class OneOf:
    """Any of several: the branches of a union, all that is written into a table. One that names itself is a recursion."""

    nodes: list[Node] = field(default_factory=list)


Node: TypeAlias = Leaf | Formula | OneOf


def within(roots: Iterable[Node], until: Callable[[Node], bool] = lambda _: False) -> Iterator[Node]:
    """The nodes of which some are made, these included, each once; no further than those that `until` says."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            if not isinstance(one, Leaf) and not until(one):
                waiting += one.nodes if isinstance(one, OneOf) else one.operands.values()


def leaves(node: Node) -> Iterator[Leaf]:
    """Every stored column that a node may be made of, each once."""
    yield from dict.fromkeys(one for one in within([node]) if isinstance(one, Leaf))
