"""Entries of LDIF (RFC 2849) as ldifde, ldapsearch and ldbsearch write it, one at a time."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pii_audit.directory.told import Told
from pii_audit.language import Text

MOST = 1 << 28
"""Bytes of one entry: a group of a million members has fewer."""
_RANGE, _PORTION = b"range=", re.compile(rb"([0-9]{1,10})-([0-9]{1,10}|\*)")
_STRAY = re.compile(rb"\n(?![#\n -])[^:\n]+(?=\n|\Z)")
"""A line that is none of `name: value`, comment, continuation and the `-` of a change."""
_RESULT = re.compile(rb"\nresult: *(?!0)[0-9]+", re.IGNORECASE)
_OTHER = re.compile(rb"\n(?!(?:search|result|ref|version|control):|[# ])[^\n]", re.IGNORECASE)
"""What is none of that which stands between entries: results of ldapsearch, references of ldbsearch, the version of the format."""

_NO_DN = Text("条目没有 dn，未读取", "an entry without dn was not read")


@dataclass(slots=True)
class Entry:
    """One entry: where it begins, whose it is, and those of its values that are asked for, by their names in small letters.

    `portions` are the ranges of values that a server gives in portions, each with its line ([MS-ADTS] 3.1.1.3.1.3.3).
    """

    line: int
    dn: bytes
    values: dict[str, list[bytes]] = field(default_factory=dict)
    portions: dict[bytes, int] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The first value of that name, where it is ASCII; empty where there is none."""
        found = self.values.get(name)
        return found[0].decode("ascii", "replace").strip() if found else ""

    @property
    def cut_off(self) -> int | None:
        """The line of values in portions that do not go on to their end; None where they are whole."""
        ranges = [_PORTION.fullmatch(portion) for portion in self.portions]
        begins = {int(one[1]) for one in ranges if one}
        ends = {one[2] for one in ranges if one}
        following = {int(end) + 1 for end in ends if end != b"*"}
        whole = all(ranges) and 0 in begins and following <= begins and b"*" in ends
        return None if whole or not ranges else next(iter(self.portions.values()))


def ldif_entries(chunks: Iterable[bytes], wanted: Collection[str], told: Told) -> Iterator[Entry]:
    """The entries of a file, given in pieces of any size, with the values whose names are wanted.

    What is wrong with one is told, and the next is read.
    """
    names = b"|".join(name.encode() for name in ("dn", "changetype", *wanted))
    value = re.compile(rb"\n(" + names + rb")((?:;[^:\n]*)?):([:<]?) *([^\n]*(?:\n [^\n]*)*)", re.IGNORECASE)
    for line, block in _blocks(chunks, told):
        yield from _Block(line, block, value, told).entries()


def _blocks(chunks: Iterable[bytes], told: Told) -> Iterator[tuple[int, bytes]]:
    """What stands between empty lines, with its first line; a line feed stands before every line of it."""
    passed = 0
    # An entry of many chunks is put together once, at its end.
    begun, size = [b"\n"], 1
    for chunk in _unix(chunks):
        last = begun.pop()
        # The empty line may begin with what came before.
        first, *others = (last[-1:] + chunk).split(b"\n\n")
        begun += [last[:-1], first]
        size += len(chunk)
        if others:
            for block in (b"".join(begun), *others[:-1]):
                inside = block.lstrip(b"\n")
                if inside:
                    yield passed + len(block) - len(inside), b"\n" + inside
                passed += block.count(b"\n") + 2
            begun, size = [others[-1]], len(others[-1])
        if size > MOST:
            told.at(passed, Text("条目过大，未读取", "an entry is too large, and was not read"))
            passed += sum(piece.count(b"\n") for piece in begun)
            begun, size = [b""], 0
    rest = b"".join(begun)
    inside = rest.strip(b"\r\n")
    if inside:
        if not rest.endswith(b"\n"):
            said = Text(
                "文件在一行中间结束，末尾可能被截断", "the file ends within a line, and may have been cut off there"
            )
            told.at(passed + rest.count(b"\n"), said)
        yield passed + len(rest) - len(rest.lstrip(b"\n")), b"\n" + inside


def _unix(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same with line feeds alone, wherever a chunk ends."""
    held = b""
    for chunk in chunks:
        joined = held + chunk
        held = b"\r" if joined.endswith(b"\r") else b""
        yield joined.removesuffix(held).replace(b"\r\n", b"\n")
    yield held


@dataclass(slots=True)
class _Block:
    """One or more entries, or what stands between them: its text, the line on which it begins, and how a value is found in it."""

    line: int
    text: bytes
    value: re.Pattern[bytes]
    told: Told
    _lines: list[int] = field(default_factory=list)

    def entries(self) -> Iterator[Entry]:
        """The entries in it: one, where an empty line stands before each."""
        found: list[Entry] = []
        values: dict[str, list[bytes]] = {}
        # Of a large export this loop is most of the time: lines are counted where something is told.
        for number, (name, options, mark, raw) in enumerate(self.value.findall(self.text)):
            content = self._decoded(number, mark, raw) if mark or b"\n" in raw else raw
            small = _small(name)
            if small == "dn":
                found.append(Entry(self._at(number), content or b""))
                values = found[-1].values
            elif content is not None:
                if small in values:
                    values[small].append(content)
                else:
                    values[small] = [content]
                if options and found:
                    self._portion(found[-1], number, options)
        if not found:
            self._between()
        for entry in found:
            if self._is_whole(entry, first=entry is found[0]):
                yield entry

    def _is_whole(self, entry: Entry, *, first: bool) -> bool:
        """Whether an entry counts; what is wrong with it is told, save its values, of which it is told already."""
        if not first:
            self.told.at(entry.line, Text("条目之间缺少空行", "no empty line stands before an entry"))
        elif stray := _STRAY.search(self.text):
            self.told.at(self._line(stray), Text("不是 “名称: 值”", 'is not "name: value"'))
        if entry.text("changetype").lower() not in ("", "add"):
            said = Text("是一项变更而不是条目，未读取", "is a change and no entry, and was not read")
            self.told.at(entry.line, said)
            return False
        if not entry.dn:
            self.told.at(entry.line, _NO_DN)
        return bool(entry.dn)

    def _at(self, number: int) -> int:
        """The line of a value; all are counted once one is asked for."""
        if not number:
            return self.line
        if not self._lines:
            line, before = self.line, 0
            for found in self.value.finditer(self.text):
                line += self.text.count(b"\n", before, found.start())
                before = found.start()
                self._lines.append(line)
        return self._lines[number]

    def _line(self, found: re.Match[bytes]) -> int:
        return self.line + self.text.count(b"\n", 0, found.start())

    def _decoded(self, number: int, mark: bytes, content: bytes) -> bytes | None:
        """A value that is folded, in base64, or somewhere else; None where it cannot be read."""
        content = content.replace(b"\n ", b"")
        if mark == b":":
            try:
                return base64.b64decode(content.strip(), validate=True)
            except (binascii.Error, ValueError):
                said = Text("值不是有效的 base64，未读取", "a value is no base64, and was not read")
                self.told.at(self._at(number), said)
                return None
        if mark == b"<":
            said = Text("值存放在别处（URL），未读取", "a value lies elsewhere (a URL), and was not read")
            self.told.at(self._at(number), said)
            return None
        return content

    def _portion(self, entry: Entry, number: int, options: bytes) -> None:
        _, _, portion = options.lower().partition(_RANGE)
        if portion and portion not in entry.portions:
            entry.portions[portion] = self._at(number)

    def _between(self) -> None:
        """Objects to what is no entry and should be one, or says that entries are missing."""
        result, other = _RESULT.search(self.text), _OTHER.search(self.text)
        if result:
            said = Text(
                "导出没有完成（服务器返回错误），条目不全", "the export did not succeed, so that entries are missing"
            )
            self.told.at(self._line(result), said)
        elif other:
            self.told.at(self._line(other), _NO_DN)


@lru_cache(maxsize=256)
def _small(name: bytes) -> str:
    return name.decode().lower()
