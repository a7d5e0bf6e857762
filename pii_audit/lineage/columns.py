"""The columns of something that is read: asked for by their names, or all of them."""

from __future__ import annotations

from pii_audit.lineage.graph import Node, OneOf
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.relations import Columns

ANY = "*"
"""The name of a column of a source whose columns have names that are not known: whatever is asked for is that."""


def known(node: Node | Untraceable) -> Node:
    """What a column is made of; raises Untraceable."""
    if isinstance(node, Untraceable):
        raise Untraceable(node.reason)
    return node


def among(columns: Columns, name: str) -> Node | None:
    """What a column is made of, by its name in lower case; None where there is none."""
    found = [node for one, node in columns if one.lower() == name] or [node for one, node in columns if one == ANY]
    nodes = list(map(known, found))
    return OneOf(nodes) if len(nodes) > 1 else nodes[0] if nodes else None


def all_of(columns: Columns) -> Node:
    """Any of all columns."""
    return OneOf([known(node) for _, node in columns])
