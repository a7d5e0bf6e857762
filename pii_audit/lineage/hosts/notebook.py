"""SQL in notebooks (nbformat 4): the cells of code as one program, cells and lines of SQL magics as what they are."""

from __future__ import annotations

import re

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.python import sql_in_python
from pii_audit.lineage.hosts.scalars import Scalar, Unreadable, scalars
from pii_audit.lineage.hosts.shell import sql_in_shell
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Edit, Mapped

_CELL = re.compile(r"\s*%%(?P<magic>\w+)[^\n]*\n?")
_SQL = frozenset({"sql", "bigquery", "spark_sql", "sparksql", "read_sql", "duckdb", "trino", "hive"})
_SHELL = frozenset({"bash", "sh", "shell", "script", "system"})
_LINE = re.compile(
    r"^(?P<before>[ \t]*(?:[\w, ]+=[ \t]*)?)%(?P<magic>\w+)[ \t]*(?P<rest>[^\n]*)$|^[ \t]*!(?P<shell>[^\n]*)$",
    re.MULTILINE,
)


def sql_in_notebook(script: Mapped) -> Embedded:
    """The SQL of a notebook."""
    found = Findings()
    try:
        cells = _cells(list(scalars(script.text)))
    except Unreadable as error:
        reason = Text("不是可读取的笔记本", "it is no notebook that can be read")
        return Embedded(gaps=(Untraceable(reason, script.origin(error.offset)),))
    program: list[tuple[str, int, bool]] = []
    for cell in cells:
        magic = _CELL.match(cell.text)
        body = cell.cut(magic.end(), len(cell.text)) if magic else cell
        if magic and magic["magic"] in _SQL:
            found.script(body.within(script))
        elif magic and magic["magic"] in _SHELL:
            found.add(sql_in_shell(body.within(script)))
        else:
            program += [*_without_magics(body, script, found).kept(0, len(body.text)), ("\n", body.origin(0), True)]
    found.add(sql_in_python(Mapped.built(program).within(script)))
    return found.embedded()


def _cells(values: list[Scalar]) -> list[Mapped]:
    """The cells of code, of which the source is a string or a list of them."""
    kinds: dict[tuple[str | int, ...], str] = {
        one.path[:2]: one.value for one in values if one.path[2:] == ("cell_type",)
    }
    parts: dict[tuple[str | int, ...], list[tuple[str, int, bool]]] = {}
    for one in values:
        if one.path[:1] == ("cells",) and one.path[2:3] == ("source",) and kinds.get(one.path[:2]) == "code":
            parts.setdefault(one.path[:2], []).extend(one.parts)
    return [Mapped.built(several) for several in parts.values()]


def _without_magics(cell: Mapped, script: Mapped, found: Findings) -> Mapped:
    """The cell as Python: lines for the notebook itself are blank, of the same length."""
    edits = []
    for line in _LINE.finditer(cell.text):
        if line["magic"] in _SQL and line["rest"].strip():
            found.script(cell.cut(*line.span("rest")).within(script))
        elif line["shell"] is not None:
            found.add(sql_in_shell(cell.cut(*line.span("shell")).within(script)))
        if line["before"] and line["before"].strip():
            edits.append(Edit(line.end("before"), line.end(), "0".ljust(line.end() - line.end("before"))))
        else:
            indent = len(line[0]) - len(line[0].lstrip())
            edits.append(Edit(line.start() + indent, line.end(), "pass".ljust(len(line[0]) - indent)))
    return cell.edited(edits)
