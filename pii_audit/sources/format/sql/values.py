"""The rows of a VALUES list and of COPY: cells as text, NULL as None."""

from __future__ import annotations

import re

from pii_audit.sources.format.encoding import decode_cell

_NUMBER = r"[-+]?[0-9.]++(?:[eE][-+]?[0-9]+)?"
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\n", "Z": "\x1a"}
_FIRST_ONLY = re.compile(
    r"\s*(?:CAST|CONVERT|TRY_CONVERT|TO_\w+|STR_TO_DATE|TIMESTAMP|DATE|TIME|DATETIME)\b", re.IGNORECASE
)
"""Functions whose first text is the value, and the others how it is written."""
_REPLACE = re.compile(r"\s*replace\(", re.IGNORECASE)
_HEX = re.compile(r"\s*(?:_binary\s+)?(?:0x([0-9A-Fa-f]+)|[xX]'([0-9A-Fa-f]+)')\s*")
_COPY_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)


class Values:
    """Reads rows from a text; `backslash` says whether one escapes in strings."""

    def __init__(self, *, backslash: bool) -> None:
        self._backslash = backslash
        string = r"'((?:[^'\\]|''|\\.)*+)'" if backslash else r"'((?:[^']|'')*+)'"
        self._cell = re.compile(rf"\s*+(?:[Nn]?{string}|(NULL)|({_NUMBER}))\s*+([,)])", re.IGNORECASE | re.DOTALL)
        escaping = r"[eE]'(?:[^'\\]|''|\\.)*+'"
        double = r'"(?:[^"\\]|""|\\.)*+"' if backslash else r'"(?:[^"]|"")*+"'
        self._token = re.compile(
            rf"(?:{escaping}|{string.replace('(', '(?:', 1)}|{double}|[(),]|[^'\"(),eE]++|[eE])", re.DOTALL
        )

    def row(self, text: str, at: int) -> tuple[list[str | None], int] | None:
        """The cells of the row whose first cell begins at `at`, and where it ends; None where the text breaks off."""
        cells: list[str | None] = []
        match = self._cell.match
        while True:
            found = match(text, at)
            if found is None:
                slow = self._expression(text, at)
                if slow is None:
                    return None
                cell, closing, at = slow
            else:
                said, null, number, closing = found.groups()
                cell = None if null else number if said is None else _unescaped(said, backslash=self._backslash)
                at = found.end()
            cells.append(cell)
            if closing == ")":
                return cells, at

    def _expression(self, text: str, at: int) -> tuple[str | None, str, int] | None:
        """A cell that is more than a literal: a call, a concatenation, bytes."""
        start, depth = at, 0
        strings: list[str] = []
        while found := self._token.match(text, at):
            piece = found[0]
            if depth == 0 and piece in (",", ")"):
                return self._told(text[start:at], strings), piece, found.end()
            depth += (piece == "(") - (piece == ")")
            if piece[0] in "'\"":
                strings.append(_unescaped(piece[1:-1], backslash=self._backslash))
            elif piece[-1] == "'" and piece[0] in "eE":
                strings.append(_unescaped(piece[2:-1], backslash=True))
            at = found.end()
        return None

    def _told(self, raw: str, strings: list[str]) -> str | None:
        binary = _HEX.fullmatch(raw)
        if binary:
            digits = binary[1] or binary[2]
            text, understood = decode_cell(bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}"))
            return text if understood and "\0" not in text else None
        if not strings:
            return raw.strip() or None
        if _REPLACE.match(raw):
            # `.dump` of sqlite3 writes line ends so.
            return (
                strings[0]
                .replace(r"\n", "\n" if r"\n" in strings[1:] else r"\n")
                .replace(r"\r", "\r" if r"\r" in strings[1:] else r"\r")
            )
        if _FIRST_ONLY.match(raw):
            return strings[0]
        return "".join(strings)


def _unescaped(said: str, *, backslash: bool) -> str:
    if backslash and "\\" in said:
        said = re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), said, flags=re.DOTALL)
    return said.replace("''", "'").replace("\0", "\n") if "'" in said or "\0" in said else said


def copied(line: str) -> list[str | None]:
    r"""The cells of one line of COPY in its text format: `\N` is NULL, a backslash escapes."""
    cells = line.rstrip("\r\n").split("\t")
    if "\\" not in line:
        return list(cells)
    return [None if cell == r"\N" else _COPY_ESCAPE.sub(_copy_escape, cell) for cell in cells]


def _copy_escape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 8) & 0x7F) if int(found[1], 8) else "\n"
    if found[2]:
        return chr(int(found[2], 16) & 0x7F) if int(found[2], 16) else "\n"
    return _ESCAPED.get(found[3], found[3])
