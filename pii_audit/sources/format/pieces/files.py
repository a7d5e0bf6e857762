"""Which cutter takes a stream apart; a format that none does is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, assert_never

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.delimited import Dialect
from pii_audit.sources.format.detect import (
    Capture,
    JsonDocument,
    JsonLines,
    Parsed,
    PlainText,
    SqlDump,
    structure_of,
    unread_kind,
)
from pii_audit.sources.format.fixed_width import Layouts, layout_for
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.format.pieces.delimited import DelimitedCutter
from pii_audit.sources.format.pieces.fixed_width import FixedWidthCutter
from pii_audit.sources.format.pieces.interface import CutError, Cutter
from pii_audit.sources.format.pieces.json import JsonCutter


class Rewritten(Content):
    """The content of a stream that will be written again; what was decoded is encoded at once, so that it can be compared."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        encoding = self.decoder.encoding
        self.mark = self.head[: encoding.bom]
        self._codec = encoding.codec

    def encoded(self, text: str) -> bytes:
        """Text as this content has it; CutError for characters that its encoding lacks."""
        try:
            return text.encode(self._codec)
        except UnicodeEncodeError:
            raise CutError(Text("含有此编码写不出的字符", "holds characters that its encoding lacks"), 1) from None


def cutter(content: Content, asset: Asset, layouts: Layouts) -> Cutter:
    """The cutter for a content, told by the same signs as its reader. UsageError where its format cannot be written anew."""
    found = kind_of(content.head)
    if found:
        raise _refused(found.title, asset)
    if unread := unread_kind(content.head, content.decoder.encoding.codec):
        raise _refused(unread, asset)
    layout = layout_for(asset.name, layouts)
    if layout is not None:
        return FixedWidthCutter(content, layout, replace(asset, fields=layout.fields()))
    structure = structure_of(content.preview(), whole=content.whole, name=asset.name)
    match structure:
        case Dialect():
            return DelimitedCutter(content, structure, replace(asset, fields=structure.fields()))
        case JsonDocument():
            return JsonCutter(content, asset, lines=False)
        case JsonLines():
            return JsonCutter(content, asset, lines=True)
        case SqlDump():
            raise _refused(Text("SQL 转储", "an SQL dump"), asset)
        case Capture():
            raise _refused(Text("HTTP 抓包（HAR）", "a capture of HTTP traffic (HAR)"), asset)
        case PlainText():
            raise _refused(Text("自由文本", "free text"), asset)
        case Parsed():
            raise _refused(Text(structure.kind.upper(), structure.kind.upper()), asset)
        case _:
            assert_never(structure)


def _refused(kind: Text, asset: Asset) -> UsageError:
    return UsageError(
        Text(
            f"这种格式不能改写：{kind.zh}；没有写任何文件",
            f"this format cannot be fixed: {kind.en}; nothing was written",
        ),
        where=asset.name,
        todo=Text(
            "改为导出分隔文本、定长记录、JSON 或 JSON Lines",
            "export delimited text, fixed-width records, JSON or JSON Lines",
        ),
    )


def encoded(content: Rewritten, texts: Iterator[str]) -> Iterator[bytes]:
    """Texts as bytes of a content's encoding, its byte order mark first."""
    yield content.mark
    for text in texts:
        yield content.encoded(text)
