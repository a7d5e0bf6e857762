"""Whether a text is SQL, or words about it: `select the file from the list` is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.lineage.unknown import MARK

_NAME = rf"[\w\"`\[\]$.{{}}{MARK}:@#-]+"
_WORDS = re.compile(
    r"(?<!\w)(?:(?:SELECT|WITH|INSERT|CREATE|COPY|UNLOAD|EXPORT|MERGE|UPDATE|FROM|EXEC(?:UTE)?|CALL)\b|\\COPY\s)",
    re.IGNORECASE,
)
"""With which statements begin that let something out or move it."""
_LEAST = 300
"""Characters within parentheses that may stand among the first words of a statement."""
_SHAPES = re.compile(
    rf"""WITH\s+(?:RECURSIVE\s+)?{_NAME}\s*(?:\([^)]{{0,{_LEAST}}}\)\s*)?AS\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(
    |INSERT\s+(?:INTO|OVERWRITE|IGNORE|ALL)\b
    |CREATE\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+){{0,3}}?(?:TABLE|VIEW)\s+{_NAME}
    |COPY\s*{_NAME}(?:\s*\([^)]{{0,{_LEAST}}}\))?\s*TO\s+(?:x\b|STDOUT\b|PROGRAM\b|[:${MARK}])
    |COPY\s+INTO\b|UNLOAD\s*\(|EXPORT\s+DATA\b
    |MERGE\s+INTO\b|UPDATE\s+{_NAME}(?:\s+(?:AS\s+)?\w+)?\s+SET\s+{_NAME}\s*=
    |EXEC(?:UTE)?\s+IMMEDIATE\b|CALL\s+{_NAME}\s*\(
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""How they go on."""
_FAR = {
    "SELECT": (re.compile(""), re.compile(r"\bFROM\b", re.IGNORECASE)),
    "FROM": (re.compile(rf"\s+{_NAME}"), re.compile(r"\b(?:SELECT|INSERT)\b", re.IGNORECASE)),
    "COPY": (
        re.compile(r"\s*\("),
        re.compile(rf"\)\s*TO\s+(?:x\b|STDOUT\b|PROGRAM\b|[:${MARK}])", re.IGNORECASE),
    ),
    "\\COPY": (re.compile(""), re.compile(r"\bTO\b", re.IGNORECASE)),
}
"""What follows some words at once, and what at any distance."""
_OPENS = re.compile(r"--|/\*|'|\"|\{\{|\{%")
_CLOSES = {
    "--": re.compile(r"[^\n]*"),
    "/*": re.compile(r".*?\*/", re.DOTALL),
    "'": re.compile(r"[^'\\]*(?:(?:''|\\.)[^'\\]*)*'", re.DOTALL),
    '"': re.compile(r'[^"]*"'),
    "{{": re.compile(r".*?\}\}", re.DOTALL),
    "{%": re.compile(r".*?%\}", re.DOTALL),
}
_PROSE = re.compile(r"\b(?:the|your|you|our|please|these|those|their|them|its|cannot|isn't|don't)\b", re.IGNORECASE)
"""Words that sentences have and statements have not."""
_ENDS_SENTENCE = re.compile(r"[^\W\d_][.?!:…。!?:]+\s*\Z")
_SIGNS = re.compile(r"[*=(),;]")
_FILE = re.compile(r"[\w./\\ -]*[\w-]\.(?:sql|hql|ddl|dml)(?:\.j(?:inja)?2?)?", re.IGNORECASE)


def is_sql(text: str, *, at_once: bool = False) -> bool:
    """Whether a text that stands anywhere in a program is one of SQL, by how its statements, or (`at_once`) the first of them begins."""
    if not _WORDS.search(text):
        return False
    plain = list(_without_quoted(text))
    begins = _begins(" x ".join(plain), at_once=at_once)
    if begins is None:
        return False
    bare = " ".join(plain)
    if _PROSE.search(bare) or _ENDS_SENTENCE.search(bare):
        return False
    word, rest = begins
    # A sentence begins with a capital, and its other words are small; statements are in one case, or hold signs.
    return not (word.istitle() and not rest.isupper() and "\n" not in bare.strip() and not _SIGNS.search(bare))


def _without_quoted(text: str) -> Iterator[str]:
    """What stands between strings, quoted names, comments and templates."""
    at = start = 0
    open_to_the_end: set[str] = set()
    while opened := _OPENS.search(text, at):
        sign = opened[0]
        closed = None if sign in open_to_the_end else _CLOSES[sign].match(text, opened.end())
        if closed is None:
            open_to_the_end.add(sign)
            at = opened.end()
            continue
        yield text[start : opened.start()]
        at = start = closed.end()
    yield text[start:]


def _begins(shape: str, *, at_once: bool) -> tuple[str, str] | None:
    """The word with which a statement begins, and the FROM of a SELECT; None where there is none."""
    first = len(shape) - len(shape.lstrip("(; \t\r\n\f\v"))
    missing: set[str] = set()
    for found in _WORDS.finditer(shape, first):
        if at_once and found.start() != first:
            return None
        if found.start() != first and not _is_fresh(shape, found.start()):
            continue
        if _SHAPES.match(shape, found.start()):
            return found[0], ""
        word = found[0].strip().upper()
        if word not in _FAR or word in missing:
            continue
        near, far = _FAR[word]
        follows = near.match(shape, found.end())
        reached = far.search(shape, follows.end()) if follows else None
        if reached:
            return found[0], reached[0] if word == "SELECT" else ""
        if follows:
            missing.add(word)
    return None


def _is_fresh(shape: str, at: int) -> bool:
    """Whether nothing but blanks and parentheses stands between a place and the line or the statement before it."""
    while at and (shape[at - 1].isspace() or shape[at - 1] == "("):
        at -= 1
        if shape[at] == "\n":
            return True
    return at == 0 or shape[at - 1] == ";"


def is_file(text: str) -> bool:
    """Whether a text is the name of a script."""
    return _FILE.fullmatch(text.strip()) is not None
