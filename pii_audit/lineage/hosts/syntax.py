"""The syntax tree of a program of Python: what stands within its statements and expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def says_only(node: ast.stmt) -> bool:
    """Whether a statement hands nothing on: a string alone is documentation."""
    documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return documents or isinstance(node, ast.Import | ast.ImportFrom)


def told_by(node: ast.Raise | ast.Assert) -> list[ast.expr]:
    """What a statement tells people: what an exception is given, or what is asserted and its message."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return list(_parts(node.exc))
    return list(_parts(node))


def bodies_of(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement, one of which may be run."""
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for name in ("handlers", "cases"):
        yield from (one.body for one in getattr(node, name, ()))


def outermost(node: ast.expr) -> Iterator[ast.expr]:
    """The calls, lambdas and texts within an expression, each as a whole: what is put together to one text is one."""
    if isinstance(node, ast.Call | ast.Lambda | ast.NamedExpr | ast.Name):
        yield node
    elif isinstance(node, ast.Attribute):
        yield node
        yield from outermost(node.value)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str | bytes):
            yield node
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)):
        yield node
        parts = terms_of(node) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else list(_parts(node))
        for part in parts:
            yield from (one for one in outermost(part) if isinstance(one, ast.Call | ast.Lambda | ast.NamedExpr))
    else:
        if isinstance(node, ast.List | ast.Tuple):
            yield node
        for part in _parts(node):
            yield from outermost(part)


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right below one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.comprehension | ast.keyword):
            yield from _parts(child)


def terms_of(node: ast.expr) -> list[ast.expr]:
    """The terms of a sum from left to right."""
    found = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def name_of(function: ast.expr) -> str:
    """The last word of what is called, empty where it has none."""
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
