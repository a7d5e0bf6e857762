"""What stands in a script and is no SQL: directives of clients, variables of shells and schedulers, conditional comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Edit, Mapped
from pii_audit.lineage.unknown import MARK

_VARIABLES = (
    r"\$\{[^}\n]{1,200}\}",
    r"\$\[[^\]\n]{1,200}\]",
    r"\$\([A-Za-z_][\w.-]*\)",
    r"[@#]\{[^}\n]{1,200}\}",
    r"%\([A-Za-z_]\w*\)s",
    r"(?<![\w$])\$[A-Za-z_]\w*(?!\w|\$)",
)
"""As shells, Hive, sqlcmd, schedulers, MyBatis and Python write them."""
_BY_CLIENT = {
    "sqlplus": (r"&&?[A-Za-z_]\w*\.?",),
    "psql": (r"(?<![:\w]):[A-Za-z_]\w*", r"(?<!:):'[A-Za-z_]\w*'", r"(?<!:):\"[A-Za-z_]\w*\""),
}
_NAME = re.compile(r"(?:hive(?:conf|var):|system:|env:)?([A-Za-z_][\w.-]*)")
_DOLLAR_QUOTED = frozenset({"postgres", "redshift", "duckdb", "snowflake", "databricks"})
_HASH_COMMENTS = frozenset({"mysql", "bigquery", "doris", "starrocks"})
_CONDITIONAL = frozenset({"mysql", "doris", "starrocks"})
_NOT_LINE_END = re.compile(r"[^\n]")
_COPY = re.compile(r"\\copy\b", re.IGNORECASE)
_ENDING_WORDS = 2
"""`GO`, or `GO 5`."""
_DELIMITER = re.compile(r"delimiter\s+(\S+)", re.IGNORECASE)


class _Token(NamedTuple):
    """A stretch of the script: what replaces it (None: it stays), and whether its inside says nothing to a splitter."""

    start: int
    end: int
    text: str | None
    hidden: bool
    comment: bool = False


@dataclass
class Cleaned:
    """SQL alone. `outline` is the same text, character by character, with strings, quoted names and comments made blank.

    `gaps` are directives behind which more is hidden, each with its place in the file.
    """

    script: Mapped
    outline: str
    gaps: list[Untraceable] = field(default_factory=list)


def clean(script: Mapped, dialect: Dialect, variables: Mapping[str, str]) -> Cleaned:
    """The script as its dialect's parser may read it; a variable that is not among `variables` becomes a mark."""
    reader = _Reader(script.text, dialect, variables)
    tokens = list(reader.tokens())
    outline: list[str] = []
    at = 0
    for token in tokens:
        outline.append(script.text[at : token.start])
        now = script.text[token.start : token.end] if token.text is None else token.text
        outline.append(_NOT_LINE_END.sub(" " if token.comment else "x", now) if token.hidden else now)
        at = token.end
    outline.append(script.text[at:])
    edits = [Edit(token.start, token.end, token.text) for token in tokens if token.text is not None]
    gaps = [Untraceable(gap.reason, script.origin(gap.offset or 0)) for gap in reader.gaps]
    return Cleaned(script.edited(edits), "".join(outline), gaps)


class _Reader:
    """Goes through a script once, from token to token."""

    def __init__(self, text: str, dialect: Dialect, variables: Mapping[str, str]) -> None:
        self._text = text
        self._dialect = dialect
        self._variables = variables
        self._pattern = _pattern(dialect)
        self._conditional = False
        self._copying: int | None = None
        self._delimiter = ";"
        self.gaps: list[Untraceable] = []

    def tokens(self) -> Iterator[_Token]:
        """Everything that is not plain SQL, in order."""
        at, fresh, blank = 0, True, True
        while at < len(self._text):
            begins = blank and not self._text[at].isspace()
            token = self._directive(at, fresh=fresh) if begins else None
            found = self._pattern.match(self._text, at) if token is None else None
            if found is not None:
                if self._copying is not None and found.end() > self._copying:
                    yield _Token(at, at, ";", hidden=False)
                    self._copying, fresh = None, True
                token = self._token(str(found.lastgroup), found)
            end = max(found.end() if found else at + 1, token.end if token else 0)
            if token is not None:
                yield token
            if found is None:
                fresh = True
            elif found.lastgroup not in ("space", "comment"):
                fresh = found.lastgroup == "end" or (token is not None and (token.text or "").startswith(";"))
            newline = self._text.rfind("\n", at, end)
            blank = (blank or newline >= 0) and not self._text[newline + 1 if newline >= 0 else at : end].strip()
            at = end
        if self._copying is not None:
            yield _Token(at, at, ";", hidden=False)

    def _token(self, kind: str, found: re.Match[str]) -> _Token | None:
        start, end = found.span()
        if kind in ("quoted", "comment"):
            return _Token(start, end, None, hidden=True, comment=kind == "comment")
        if kind == "conditional":
            self._conditional = True
            return _Token(start, end, " ", hidden=False)
        if kind == "closing" and self._conditional:
            self._conditional = False
            return _Token(start, end, " ", hidden=False)
        if kind == "slash":
            # `\G` and the like after a statement; psql has the name of a file behind it.
            ends = found[0].split()[0] in self._dialect.client.ends
            return _Token(start, end, ";", hidden=False) if ends else None
        if kind == "variable":
            name = _NAME.search(found[0])
            return _Token(start, end, self._variables.get(name[1], MARK * 3) if name else MARK * 3, hidden=False)
        if self._delimiter != ";" and self._text.startswith(self._delimiter, start):
            return _Token(start, start + len(self._delimiter), ";", hidden=False)
        return None

    def _directive(self, at: int, *, fresh: bool) -> _Token | None:
        """The directive that begins a line: between statements any, within one those that end it."""
        end = self._text.find("\n", at)
        end = len(self._text) if end < 0 else end
        said = self._text[at:end].strip()
        client = self._dialect.client
        first = said.split()[0].rstrip(";")
        if (first in client.ends or first.lower() in client.ends) and len(said.split()) <= _ENDING_WORDS:
            return _Token(at, end, ";", hidden=False)
        if not fresh:
            return None
        if self._dialect.client_name == "psql" and (copy := _COPY.match(self._text, at)):
            # The line is the statement: psql reads it, and the server gets COPY.
            self._copying = end
            return _Token(at, copy.end(), "COPY", hidden=False)
        words = [word for word in client.ignored | client.includes if _starts(said, word)]
        if not words:
            return None
        word = max(words, key=len)
        if word in client.includes:
            reason = Text(f"“{word}” 引入的内容没有追踪", f'what "{word}" brings in is not traced')
            self.gaps.append(Untraceable(reason, at))
        delimiter = _DELIMITER.match(said)
        if delimiter and word == "delimiter":
            self._delimiter = delimiter[1]
        return _Token(at, end, " ", hidden=False)


def _starts(line: str, word: str) -> bool:
    """Whether a line begins with a directive: a whole word, or a sign that whatever follows belongs to."""
    if not line.lower().startswith(word) and not line.startswith(word):
        return False
    following = line[len(word) :]
    return word in ("@", "@@", "!", "!!") or not following or following[0].isspace() or following[0] == ";"


@cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    parser = dialect.parser
    single = r"'(?:[^'\\]|''|\\.)*'?" if dialect.escapes else r"'(?:[^']|'')*'?"
    double = r'"(?:[^"\\]|""|\\.)*"?' if dialect.escapes else r'"(?:[^"]|"")*"?'
    quoted = [r"(?<!\w)[eE]'(?:[^'\\]|''|\\.)*'?", single, double, r"`(?:[^`]|``)*`?"]
    if parser == "oracle":
        quoted.insert(
            0,
            r"(?<!\w)[nN]?[qQ]'(?:\[.*?(?:\]'|\Z)|\{.*?(?:\}'|\Z)|\(.*?(?:\)'|\Z)|<.*?(?:>'|\Z)|(?P<q>[^\s\[{(<]).*?(?:(?P=q)'|\Z))",
        )
    if parser == "tsql":
        quoted.append(r"\[[^\]\n]*\]")
    if parser in _DOLLAR_QUOTED:
        quoted.insert(0, r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)")
    dashes = r"--(?=\s|\Z)[^\n]*" if parser == "mysql" else r"--[^\n]*"
    comments = [dashes, r"/\*(?!!).*?(?:\*/|\Z)" if parser in _CONDITIONAL else r"/\*.*?(?:\*/|\Z)"]
    if parser in _HASH_COMMENTS:
        comments.append(r"#(?!\{)[^\n]*")
    parts = [
        r"(?P<space>\s+)",
        f"(?P<comment>{'|'.join(comments)})",
        *([r"(?P<conditional>/\*!\d*)", r"(?P<closing>\*/)"] if parser in _CONDITIONAL else []),
        f"(?P<quoted>{'|'.join(quoted)})",
        r"(?P<end>;)",
        r"(?P<slash>\\(?:;|\w+[^\n\\]*))" if dialect.client_name == "psql" else r"(?P<slash>\\\w+)",
        f"(?P<variable>{'|'.join((*_BY_CLIENT.get(dialect.client_name, ()), *_VARIABLES))})",
        r"(?P<word>[\w.]+)",
        r"(?P<other>[^\s])",
    ]
    return re.compile("|".join(parts), re.DOTALL)
