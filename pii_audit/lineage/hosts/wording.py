"""Whether a text is SQL, or words about it: `select the file from the list` is none."""

from __future__ import annotations

import re

from pii_audit.lineage.unknown import MARK

_NAME = rf"[\w\"`\[\]$.{{}}{MARK}:@#-]+"
_SHAPES = re.compile(
    rf"""(?:\A|;|\n)[\s(]*(?:
    (?P<select>SELECT)\b.*?\b(?P<from>FROM)\b
    |WITH\s+(?:RECURSIVE\s+)?{_NAME}\s*(?:\([^)]*\)\s*)?AS\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(
    |INSERT\s+(?:INTO|OVERWRITE|IGNORE|ALL)\b
    |CREATE\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+){{0,3}}?(?:TABLE|VIEW)\s+{_NAME}
    |\\COPY\s.*?\bTO\b|COPY\s*(?:\(.*\)|{_NAME}(?:\s*\([^)]*\))?)\s*TO\s+(?:x\b|STDOUT\b|PROGRAM\b|[:${MARK}])|COPY\s+INTO\b|UNLOAD\s*\(|EXPORT\s+DATA\b
    |MERGE\s+INTO\b|UPDATE\s+{_NAME}(?:\s+(?:AS\s+)?\w+)?\s+SET\s+{_NAME}\s*=
    |FROM\s+{_NAME}.*?\b(?:SELECT|INSERT)\b
    |EXEC(?:UTE)?\s+IMMEDIATE\b|CALL\s+{_NAME}\s*\(
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""How statements begin that let something out or move it."""
_QUOTED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PROSE = re.compile(r"\b(?:the|your|you|our|please|these|those|their|them|its|cannot|isn't|don't)\b", re.IGNORECASE)
"""Words that sentences have and statements have not."""
_ENDS_SENTENCE = re.compile(r"[^\W\d_][.?!:…。!?:]+\s*\Z")
_SIGNS = re.compile(r"[*=(),;]")
_FILE = re.compile(r"[\w./\\ -]*[\w-]\.(?:sql|hql|ddl|dml)(?:\.j(?:inja)?2?)?", re.IGNORECASE)


def is_sql(text: str, *, at_once: bool = False) -> bool:
    """Whether a text that stands anywhere in a program is one of SQL, by how its statements, or (`at_once`) the first of them begins."""
    shape = _QUOTED.sub(" x ", text)
    found = _SHAPES.match(shape) if at_once else _SHAPES.search(shape)
    if found is None:
        return False
    bare = _QUOTED.sub(" ", text)
    if _PROSE.search(bare) or _ENDS_SENTENCE.search(bare):
        return False
    word = found[0].lstrip("(; \t\r\n").split()[0]
    # A sentence begins with a capital, and its other words are small; statements are in one case, or hold signs.
    rest = found["from"] or ""
    return not (word.istitle() and not rest.isupper() and "\n" not in bare.strip() and not _SIGNS.search(bare))


def is_file(text: str) -> bool:
    """Whether a text is the name of a script."""
    return _FILE.fullmatch(text.strip()) is not None
