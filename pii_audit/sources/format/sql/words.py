"""The statements of a dump that hold data or name columns, as PostgreSQL, MySQL, SQLite, Oracle and SQL Server write them."""

from __future__ import annotations

import re

from pii_audit.model.asset import Field

_PART = r'(?:`(?:[^`]|``)+`|"(?:[^"]|"")+"|\[[^\]]+\]|[^\W\d][\w$#]*)'
_NAME = rf"{_PART}(?:\s*\.\s*{_PART}){{0,3}}"
_COLUMNS = rf"\(\s*{_PART}(?:\s*,\s*{_PART})*+\s*\)"
_INSERT = (
    rf"\s*(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*(?:INTO\s+)?({_NAME})"
    rf"\s*({_COLUMNS})?\s*(?:OVERRIDING\s+\w+\s+VALUE\s*)?VALUES?\s*(?=\()"
)
_COPY = rf"\s*COPY\s+({_NAME})\s*({_COLUMNS})?\s+FROM\s+STDIN\b([^;\n]*);[^\S\n]*\r?\n"
INSERT = re.compile(_INSERT, re.IGNORECASE)
"""Its groups are the table and its columns; what follows are rows."""
COPY = re.compile(_COPY, re.IGNORECASE)
"""Its groups are the table, its columns and options; what follows are rows, a line each."""
BEGINS = re.compile(r"\s*(?:INSERT|REPLACE|COPY)\s", re.IGNORECASE)
"""A line with which a statement that may hold data begins."""
HOLDS_DATA = re.compile(rf"^(?:{_INSERT}|{_COPY})", re.IGNORECASE | re.MULTILINE)
CREATE = re.compile(rf"\s*CREATE\s+(?:\w+\s+){{0,4}}?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({_NAME})\s*\(", re.IGNORECASE)
"""Its group is the table; what follows are columns."""
COMMENT = re.compile(rf"\s*COMMENT\s+ON\s+COLUMN\s+({_NAME})\s+IS\s+N?'((?:[^']|'')*)'", re.IGNORECASE)
"""Its groups are the column with its table, and what is said of it."""
_EACH = re.compile(_PART)
_HOME_SCHEMAS = frozenset({"public", "dbo", "main"})
_NO_COLUMN = re.compile(
    r"(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|CHECK|FULLTEXT|SPATIAL|LIKE|EXCLUDE|PERIOD)\b", re.IGNORECASE
)
_COLUMN = re.compile(rf"\s*({_PART})\s+(\w+(?:\s*\([^)]*\))?)")
_SAYS = re.compile(r"\bCOMMENT\s+'((?:[^'\\]|''|\\.)*)'", re.IGNORECASE)
_PIECE = re.compile(r"'(?:[^'\\]|''|\\.)*+'|\"[^\"]*+\"|`[^`]*+`|--[^\n]*|[(),]|[^'\"`(),-]++|.", re.DOTALL)
_MYSQL = re.compile(r"`|\bENGINE\s*=|MySQL|MariaDB", re.IGNORECASE)


def parts_of(name: str) -> list[str]:
    """The parts of a name without their quotes: `[dbo].[客户]` is dbo and 客户."""
    return [part[1:-1].replace(part[-1] * 2, part[-1]) if part[0] in '`"[' else part for part in _EACH.findall(name)]


def table_name(parts: list[str]) -> str:
    """The table as it is named in reports: with its schema, unless that is the usual one."""
    return ".".join(parts[-2:]) if len(parts) > 1 and parts[-2].lower() not in _HOME_SCHEMAS else parts[-1]


def escapes_by_backslash(preview: str) -> bool:
    """Whether a backslash escapes in strings: in MySQL alone (SQL:2023, 5.3, knows no such escape)."""
    return _MYSQL.search(preview) is not None


def columns_of(body: str) -> tuple[Field, ...]:
    """The columns that a CREATE TABLE declares, by what stands between its brackets; types and comments with them."""
    fields = []
    for declared in _declarations(body):
        found = _COLUMN.match(declared)
        if found and not _NO_COLUMN.match(declared.lstrip()):
            said = _SAYS.search(declared)
            comment = said[1].replace("''", "'") if said else None
            fields.append(Field(parts_of(found[1])[0], found[2], comment))
    return tuple(fields)


def _declarations(body: str) -> list[str]:
    pieces: list[str] = []
    declared: list[str] = []
    depth = 0
    for found in _PIECE.finditer(body):
        piece = found[0]
        depth += (piece == "(") - (piece == ")")
        if depth < 0:
            break
        if piece == "," and depth == 0:
            declared.append("".join(pieces))
            pieces = []
        elif not piece.startswith("--"):
            pieces.append(piece)
    return [*declared, "".join(pieces)]


def ends_at(text: str, start: int) -> int | None:
    """Where the bracket that was open before `start` closes, None where it does not."""
    depth = 0
    for found in _PIECE.finditer(text, start):
        depth += (found[0] == "(") - (found[0] == ")")
        if depth < 0:
            return found.start()
    return None
