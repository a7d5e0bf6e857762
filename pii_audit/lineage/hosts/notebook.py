"""SQL in notebooks (nbformat 4): the cells of code as one program, cells and lines of magics as what they are."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.json_texts import json_scalars
from pii_audit.lineage.hosts.names import MagicNames, host_names
from pii_audit.lineage.hosts.python import sql_in_python
from pii_audit.lineage.hosts.scalars import Scalar, Unreadable
from pii_audit.lineage.hosts.shell import note, sql_in_shell
from pii_audit.lineage.hosts.wording import is_file, is_sql
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Edit, Mapped

_CELL = re.compile(r"\s*(?:%%(?P<magic>\w+)(?P<line>[^\n]*)|%(?P<alone>\w+)[ \t]*(?=\n))\n?")
"""`%%sql …`; Databricks writes `%sql` in a line of its own."""
_LINE = re.compile(
    r"^(?P<before>[ \t]*(?:[\w, ]+=[ \t]*)?)(?:%(?P<magic>\w+)[ \t]*(?P<rest>[^\n]*)|!!?(?P<shell>[^\n]*)|(?P<help>\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*)$",
    re.MULTILINE,
)
_BEGINS = re.compile(
    r"(?<![\w./:=-])(?:SELECT|WITH|FROM|INSERT|COPY|CREATE|UNLOAD|EXPORT|MERGE|UPDATE|DELETE|TABLE|CALL|EXEC(?:UTE)?|DECLARE|BEGIN|DROP|EXPLAIN)\b",
    re.IGNORECASE,
)
"""Where a statement begins in the line of a magic, behind options, a connection and the name of a result."""
_OPENS = re.compile(r"(?:^|\s)(?:-f|--file)[ =](?P<file>\S+)|(?<![\w:/])(?P<unknown>\$\w|\{|:\w)")
_IN_SQL = re.compile(r"(?:^|\s)(?:-c|--context)[ =]?sql\b")
_TIMED = re.compile(r"(?:-\w+(?:[ \t]+\d+)?[ \t]+)*")
_NO_NOTEBOOK = Text("不是可读取的笔记本", "it is no notebook that can be read")


def sql_in_notebook(script: Mapped) -> Embedded:
    """The SQL of a notebook."""
    try:
        texts = list(json_scalars(script.text))
    except Unreadable as error:
        return Embedded(gaps=(Untraceable(_NO_NOTEBOOK, script.origin(error.offset)),))
    whole = json.loads(script.text, strict=False, parse_int=str, parse_float=str)
    if not isinstance(whole, dict) or not isinstance(whole.get("cells"), list):
        return Embedded(gaps=(Untraceable(_NO_NOTEBOOK, script.origin(0)),))
    return _Notebook(script, _language(texts)).read(_cells(texts))


def _language(texts: Sequence[Scalar]) -> str:
    """The language of the cells."""
    found = {one.path[1:]: one.value.lower() for one in texts if one.path[:1] == ("metadata",)}
    return found.get(("language_info", "name")) or found.get(("kernelspec", "language")) or "python"


def _cells(texts: Sequence[Scalar]) -> list[Mapped]:
    """The cells of code, of which the source is a string or a list of them."""
    kinds = {one.path[:2]: one.value for one in texts if one.path[2:] == ("cell_type",)}
    parts: dict[tuple[str | int, ...], list[tuple[str, int, bool]]] = {}
    for one in texts:
        if one.path[:1] == ("cells",) and one.path[2:3] == ("source",) and kinds.get(one.path[:2]) == "code":
            parts.setdefault(one.path[:2], []).extend(one.parts)
    return [Mapped.built(several) for several in parts.values()]


class _Notebook:
    """One notebook on the way through its cells, of which those of Python are one program."""

    def __init__(self, script: Mapped, language: str) -> None:
        self._script = script
        self._language = language
        self._names: MagicNames = host_names()[2]
        self._found = Findings()
        self._program: list[tuple[str, int, bool]] = []

    def read(self, cells: Sequence[Mapped]) -> Embedded:
        """All of them."""
        for cell in cells:
            self._cell(cell)
        self._found.add(sql_in_python(Mapped.built(self._program).within(self._script)))
        return self._found.embedded()

    def _cell(self, cell: Mapped) -> None:
        magic = _CELL.match(cell.text)
        if magic is None:
            self._in(self._language, cell)
            return
        name = (magic["magic"] or magic["alone"]).lower()
        line = cell.cut(*magic.span("line")) if magic["line"] else cell.cut(0, 0)
        body = cell.cut(magic.end(), len(cell.text))
        if name == "script":
            self._in(PurePosixPath((line.text.split() or [""])[0]).name, body, line)
        elif name == "writefile":
            kinds = {".py": "python", ".sql": "sql", ".sh": "bash"}
            self._in(kinds.get(PurePosixPath(line.text.strip()).suffix, "html"), body)
        elif _IN_SQL.search(line.text):
            self._in("sql", body)
        else:
            self._in(name, body, line)

    def _in(self, language: str, body: Mapped, line: Mapped | None = None) -> None:
        """A cell in a language, or under a magic of that name, with the rest of the line of that."""
        names = self._names
        if language in names.sql:
            self._sql(line, body)
        elif language in names.shell:
            for text in (line, body):
                if text is not None and not text.text.lstrip().startswith("-"):
                    self._found.add(sql_in_shell(text.within(self._script)))
        elif language in names.shown or (line is not None and _is_sql(body.text)):
            note(body.within(self._script), self._found)
        elif language in names.other:
            note(body.within(self._script), self._found)
            reason = Text(f"{language} 的单元没有读取", f"a cell of {language} is not read")
            self._gap(reason, body)
        elif line is not None and language in names.clients:
            document = [
                *line.kept(0, len(line.text)),
                (" <<'ⵥ'\n", line.origin(0), True),
                *body.kept(0, len(body.text)),
            ]
            self._found.add(
                sql_in_shell(Mapped.built([*document, ("\nⵥ\n", line.origin(0), True)]).within(self._script))
            )
        elif _CELL.match(body.text) and line is not None:
            self._cell(body)
        else:
            body = self._without_magics(body)
            self._program += [*body.kept(0, len(body.text)), ("\n", body.origin(0), True)]

    def _sql(self, line: Mapped | None, body: Mapped) -> None:
        """A magic of SQL: what its line says of the statement, and what stands below it."""
        begins = _BEGINS.search(line.text) if line is not None else None
        if line is not None and begins:
            line = line.cut(begins.start(), len(line.text))
            parts = [*line.kept(0, len(line.text)), ("\n", line.origin(0), True), *body.kept(0, len(body.text))]
            self._found.script(Mapped.built(parts).within(self._script))
        elif body.text.strip():
            self._found.script(body.within(self._script))
        elif line is not None and (opens := _OPENS.search(line.text)):
            at = line.origin(opens.start())
            if opens["file"] and is_file(opens["file"]):
                self._found.file(opens["file"], self._script.origin(at))
            else:
                reason = Text("单元运行的 SQL 没有写在这里", "the SQL that this magic runs is not written here")
                self._found.gap(Untraceable(reason, self._script.origin(at)))

    def _gap(self, reason: Text, cell: Mapped) -> None:
        self._found.gap(Untraceable(reason, self._script.origin(cell.origin(0))))

    def _without_magics(self, cell: Mapped) -> Mapped:
        """The cell as Python, without the lines for the notebook itself."""
        edits = []
        for found in _LINE.finditer(cell.text):
            magic, before = (found["magic"] or "").lower(), found["before"]
            if magic in self._names.timed:
                code = found.start("rest") + len(_TIMED.match(found["rest"])[0])  # type: ignore[index]  # it matches nothing too
                edits.append(Edit(found.end("before"), code, "if 1: " if not before.strip() else "0; "))
                continue
            if magic in self._names.sql:
                self._sql(cell.cut(*found.span("rest")), cell.cut(0, 0))
            elif magic in self._names.shell:
                self._found.add(sql_in_shell(cell.cut(*found.span("rest")).within(self._script)))
            elif found["shell"] is not None:
                self._found.add(sql_in_shell(cell.cut(*found.span("shell")).within(self._script)))
            edits.append(Edit(found.end("before"), found.end(), "0" if before.strip() else "pass"))
        return cell.edited(edits)


def _is_sql(text: str) -> bool:
    """Whether the cell of a magic that is not known is SQL, and not Python (`from x import select`)."""
    if not is_sql(text, at_once=True):
        return False
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return False
