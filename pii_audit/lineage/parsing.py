"""From a cleaned script to its statements, each read by sqlglot in its dialect; what cannot be read is a gap."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlparse
from sqlglot import exp
from sqlglot import parse as parse_sql
from sqlglot.errors import SqlglotError

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.noise import Cleaned, clean
from pii_audit.lineage.text import Edit, Mapped

# What it cannot read it says in its log, with the statement, which may hold values: the gap says it here.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_BLOCKS = re.compile(r"\b(?:BEGIN|DECLARE|PROCEDURE|FUNCTION|TRIGGER|PACKAGE)\b", re.IGNORECASE)
_INTO_FILE = re.compile(
    r"\bINTO\s+(?:OUTFILE|DUMPFILE)\s+\S+(?:\s+(?:AND\s+STDOUT|APPEND|TRUNCATE|CHARACTER\s+SET\s+\w+|FIELDS|COLUMNS|LINES|OPTIONALLY|FORMAT\s+\w+|COMPRESSION\s+\w+"
    r"|(?:TERMINATED|ENCLOSED|ESCAPED|STARTING)\s+BY\s+x+))*",
    re.IGNORECASE,
)
"""MySQL's and ClickHouse's way into a file; strings are rows of x in the outline."""
_COPIED = re.compile(r"\s*COPY\b.*?\bTO\s+(?!STDOUT\b|PROGRAM\b)([^\s;(]+)", re.IGNORECASE | re.DOTALL)
"""The file of `\\copy`, which psql allows to be written without quotes."""
_REPLACE = re.compile(r"\s*REPLACE\s+(?:LOW_PRIORITY\s+|DELAYED\s+)?(?:INTO\s+)?(?=\w)", re.IGNORECASE)
"""MySQL's INSERT that takes away what has the same key."""
_LOADED = re.compile(
    r"\s*LOAD\s+(?:DATA|XML)\s+(?:LOW_PRIORITY\s+|CONCURRENT\s+)?(?:LOCAL\s+)?INFILE\s+x+\s+(?:REPLACE\s+|IGNORE\s+)?INTO\s+TABLE\s+"
    r"(?P<table>[\w.]+)(?!.*\bSELECT\b).*",
    re.IGNORECASE | re.DOTALL,
)
"""MySQL's way from a file into a table."""
_DIRECTORY = re.compile(
    r"\bINSERT\s+OVERWRITE\s+(?:LOCAL\s+)?DIRECTORY\s+(?:x+\s+)?USING\s+[\w.]+(?:\s+OPTIONS\s*\([^()]*\))?",
    re.IGNORECASE,
)
"""Spark's way into a folder in a format of its own."""
_EXTERNAL = re.compile(
    r"\bORGANIZATION\s+EXTERNAL\s*\((?:[^()]|\([^()]*\))*\)(?:\s*REJECT\s+LIMIT\s+\w+|\s*PARALLEL(?:\s+\d+)?)*",
    re.IGNORECASE,
)
"""Oracle's table in a file, which is written once."""
_EXPLAINED = re.compile(
    r"\s*EXPLAIN\s+(?:ANALY[ZS]E\b(?:\s+VERBOSE\b)?|\([^()]*\bANALY[ZS]E\b[^()]*\))(?=\s*(?:WITH\b.*\b)?(?:INSERT|UPDATE|DELETE|MERGE|CREATE)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""What is carried out to be timed: its rows are not shown, but written they are."""
_MADE = re.compile(
    r"(?P<name>\s*CREATE\s+(?:MATERIALIZED\s+VIEW|(?:GLOBAL\s+TEMPORARY\s+)?TABLE)\s+[\w.\"$#]+)\s+"
    r"(?:BUILD|REFRESH|NEVER|ON\s+PREBUILT|ENABLE|DISABLE|(?:NO)?LOGGING|(?:NO)?PARALLEL|(?:NO)?COMPRESS|(?:NO)?CACHE|TABLESPACE|PCTFREE|STORAGE|SEGMENT)\b.*?"
    r"(?=\bAS\s+(?:SELECT\b|WITH\b|\())",
    re.IGNORECASE | re.DOTALL,
)
"""How Oracle keeps a table that is made of a query, or a materialised view up to date."""
_MERGE_DELETES = re.compile(r"(?<=\s)DELETE\s+WHERE\b.*?(?=\bWHEN\s+(?:NOT\s+)?MATCHED\b|$)", re.IGNORECASE | re.DOTALL)
"""Rows that Oracle's MERGE takes away again."""
_MERGE = re.compile(r"\s*(?:WITH\b.*\b)?MERGE\s+INTO\b", re.IGNORECASE | re.DOTALL)
_OPTIONS = re.compile(r"(?<=\bSTDOUT)\s*(?=\()", re.IGNORECASE)
"""Where COPY has options that are not said to be such."""
_UNLOAD = re.compile(r"\s*UNLOAD\s*\(\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """One statement and its text, which knows its place in the file; `to_file` where it said INTO OUTFILE or UNLOAD."""

    expression: exp.Expr
    script: Mapped
    to_file: bool = False

    def offset(self, within: int | None) -> int:
        """The offset in the file of a place within the statement."""
        return self.script.origin(within or 0)


def statements(script: Mapped, dialect: Dialect, variables: Mapping[str, str]) -> Iterator[Statement | Untraceable]:
    """The statements of a script in their order; where one cannot be read, why, with its offset in the file."""
    cleaned = clean(script, dialect, variables)
    yield from cleaned.gaps
    for start, end in _cuts(cleaned.outline):
        yield from _read(cleaned, start, end, dialect, variables)


def _cuts(outline: str) -> Iterator[tuple[int, int]]:
    """Where statements begin and end. Only blocks need sqlparse, which knows where they end and takes its time."""
    if not _BLOCKS.search(outline):
        at = 0
        for piece in outline.split(";"):
            if piece.strip():
                yield at + len(piece) - len(piece.lstrip()), at + len(piece)
            at += len(piece) + 1
        return
    at = 0
    for piece in sqlparse.split(outline):
        at = outline.index(piece, at)
        body = piece.rstrip().removesuffix(";").rstrip() if not _BLOCKS.match(piece) else piece
        if body:
            yield at, at + len(body)
        at += len(piece)


def _read(
    cleaned: Cleaned, start: int, end: int, dialect: Dialect, variables: Mapping[str, str]
) -> Iterator[Statement | Untraceable]:
    script, outline = cleaned.script.cut(start, end), cleaned.outline[start:end]
    unload = _UNLOAD.match(outline)
    if unload:
        yield from _unloaded(script, unload.end(), dialect, variables)
        return
    script, outline = _rewritten(script, outline)
    copied = _COPIED.match(outline)
    if copied and script.text[copied.start(1)] != "'":
        script = script.edited([Edit(*copied.span(1), "'x'")])
    into = _INTO_FILE.search(outline)
    if into:
        blank = script.text[into.start() : into.end()]
        script = script.edited([Edit(into.start(), into.end(), re.sub(r"[^\n]", " ", blank))])
    yield from _parsed(script, dialect, to_file=into is not None)


def _rewritten(script: Mapped, outline: str) -> tuple[Mapped, str]:
    """Forms that sqlglot does not know in the words of one that it knows, which says the same of where data goes."""
    loaded = _LOADED.match(outline)
    made = _MADE.match(outline)
    forms = (
        (_REPLACE.match(outline), "INSERT INTO "),
        (loaded, f"LOAD DATA INPATH 'x' INTO TABLE {script.text[slice(*loaded.span('table'))]}" if loaded else ""),
        (_DIRECTORY.search(outline), "INSERT OVERWRITE DIRECTORY 'x' "),
        (_EXTERNAL.search(outline), " "),
        (_EXPLAINED.match(outline), ""),
        (made, f"{script.text[slice(*made.span('name'))]} " if made else ""),
        (_MERGE_DELETES.search(outline) if _MERGE.match(outline) else None, ""),
        (_OPTIONS.search(outline), " WITH "),
    )
    for found, text in forms:
        if found:
            edit = Edit(*found.span(), text)
            return script.edited([edit]), outline[: found.start()] + text + outline[found.end() :]
    return script, outline


def _parsed(script: Mapped, dialect: Dialect, *, to_file: bool) -> Iterator[Statement | Untraceable]:
    try:
        found = [one for one in parse_sql(script.text, dialect=dialect.parser) if one is not None]
    except SqlglotError as error:
        yield _syntax(error, script, dialect)
        return
    except RecursionError:
        yield Untraceable(Text("语句嵌套过深", "the statement is nested too deeply"), script.origin(0))
        return
    except Exception as error:  # noqa: BLE001 - what is no SQL may end its parser in any way
        reason = type(error).__name__
        yield Untraceable(Text(f"无法读取（{reason}）", f"it cannot be read ({reason})"), script.origin(0))
        return
    for expression in found:
        yield Statement(expression, script, to_file)


def _syntax(error: SqlglotError, script: Mapped, dialect: Dialect) -> Untraceable:
    """Where it could not be read on; not what stands there, which may be a value."""
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    offset = 0
    if line and column:
        starts = [0, *(found.end() for found in re.finditer("\n", script.text))]
        offset = min(starts[min(line, len(starts)) - 1] + column - 1, max(0, len(script.text) - 1))
    return Untraceable(
        Text(
            f"语法错误（按方言 {dialect.name} 读）：从这里起无法读取",
            f"syntax error (read as {dialect.name}): it cannot be read from here on",
        ),
        script.origin(offset),
    )


def _unloaded(
    script: Mapped, start: int, dialect: Dialect, variables: Mapping[str, str]
) -> Iterator[Statement | Untraceable]:
    """`UNLOAD ('SELECT …') TO …` and `UNLOAD (SELECT …) TO …`: the query within."""
    text = script.text
    quoted = re.compile(r"'((?:[^']|'')*)'|\$\$(.*?)\$\$", re.DOTALL).match(text, start)
    if quoted is None:
        depth, end = 1, start
        while end < len(text) and depth:
            depth += (text[end] == "(") - (text[end] == ")")
            end += 1
        inner = script.cut(start, end - 1)
    else:
        group = 1 if quoted[1] is not None else 2
        inner = script.cut(quoted.start(group), quoted.end(group))
        if group == 1:
            doubled = re.finditer("''", inner.text)
            inner = inner.edited(Edit(found.start(), found.end(), "'") for found in doubled)
    for one in statements(inner, dialect, variables):
        yield one if isinstance(one, Untraceable) else Statement(one.expression, one.script, to_file=True)
