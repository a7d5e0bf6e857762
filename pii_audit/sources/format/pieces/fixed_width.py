"""Fixed-width records cut at the places of their layout; what is taken out leaves blanks, so that the layout stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.fixed_width import REST, Layout
from pii_audit.sources.format.pieces.interface import CutError, Edits, Piece, Slot
from pii_audit.sources.reading import unique


class FixedWidthCutter:
    """Fields by place, in characters or in bytes of the file's own encoding, as the layout says."""

    renames = False

    def __init__(self, content: Content, layout: Layout, asset: Asset) -> None:
        self.asset = asset
        self._content = content
        self._layout = layout
        self._rest = unique([*(place.name for place in layout.places), REST])[-1]
        places = sorted((place.start, place.end) for place in layout.places)
        self._overlap = any(end > start for (_, end), (start, _) in pairwise(places))

    def pieces(self, edits: Edits) -> Iterator[Piece]:
        if self._overlap:
            raise CutError(Text("布局的字段互相重叠", "the fields of the layout overlap"), 1)
        if self._layout.unit == "bytes" and self._codec not in ("utf-8", "gb18030"):
            raise CutError(Text(f"布局按字节切分 {self._codec}", f"the layout cuts {self._codec} by bytes"), 1)
        for number, line in enumerate(self._content.lines(), start=1):
            record = line.rstrip("\r\n")
            if number <= self._layout.skip:
                yield _blank(record) if edits.drops(self._rest) else record
            elif record.strip():
                yield from self._record(record, edits, number)
            else:
                yield record
            yield line[len(record) :]

    def _record(self, record: str, edits: Edits, number: int) -> Iterator[Piece]:
        whole = record if self._layout.unit == "characters" else self._encoded(record)
        spans = [(place.start, place.end, place.name) for place in self._layout.places]
        spans += [(start, end, self._rest) for start, end in self._layout.uncovered(len(whole))]
        for start, end, name in sorted(spans):
            raw = self._decoded(whole[start:end], number)
            value = raw.strip()
            if not value:
                yield raw
            elif edits.drops(name):
                yield " " * len(whole[start:end])
            elif edits.treats(name):
                yield Slot(name, raw, value.replace("\0", " "), self._writer(raw, len(whole[start:end])))
            else:
                yield raw

    def _writer(self, raw: str, width: int) -> Callable[[str | None], str | None]:
        right = raw[:1].isspace() and not raw[-1:].isspace()

        def write(value: str | None) -> str | None:
            text = value or ""
            missing = width - len(text if self._layout.unit == "characters" else self._encoded(text))
            if missing < 0:
                return None
            return " " * missing + text if right else text + " " * missing

        return write

    @property
    def _codec(self) -> str:
        return self._content.decoder.encoding.codec

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._codec, "replace")

    def _decoded(self, part: str | bytes, number: int) -> str:
        if isinstance(part, str):
            return part
        try:
            return part.decode(self._codec)
        except UnicodeDecodeError:
            raise CutError(Text("布局切开了一个字符", "the layout cuts a character in two"), number) from None


def _blank(text: str) -> str:
    return "".join(character if character.isspace() else " " for character in text)
