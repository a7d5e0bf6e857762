"""XMP packets (ISO 16684-1) in files of any kind: the words in them that may be about somebody."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_PACKET = re.compile(rb"<x:xmpmeta\b.{0,1000000}?</x:xmpmeta>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r"""=\s*["']([^"']*)""")
_ID = re.compile(r"[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}")
_TELLING = re.compile(r"@|\d{7}|[^\x00-\x7f]")


def telling(text: str) -> bool:
    """Whether words that a program writes beside a picture or a page may be about somebody; its own ids are not."""
    return _TELLING.search(_ID.sub("", text)) is not None


def said_in_packets(data: bytes) -> Iterator[str]:
    """What is said in all packets of a file."""
    for packet in _PACKET.findall(data):
        text = packet.decode("utf-8", "replace")
        yield from filter(
            telling, (html.unescape(one).strip() for one in (*_TAG.split(text), *_ATTRIBUTE.findall(text)))
        )
