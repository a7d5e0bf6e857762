"""Free text: windows of about a million characters, cut where no identifier is cut in two."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.model.asset import TextChunk
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.cut import TAIL, place_to_cut
from pii_audit.sources.reading import Ledger, LedgerReading

WINDOW = 1 << 20
"""Characters in one chunk."""


def text_chunks(texts: Iterator[str], offset: int = 0) -> Iterator[TextChunk]:
    """The text in chunks; `offset` is where it begins in the decoded text of the whole asset."""
    held = ""
    failure: OSError | None = None
    try:
        for piece in texts:
            held += piece
            while len(held) >= WINDOW + TAIL:
                cut = place_to_cut(held[: WINDOW + TAIL])
                yield _chunk(held[:cut], offset)
                held, offset = held[cut:], offset + cut
    except OSError as error:
        failure = error
    if held:
        yield _chunk(held, offset)
    if failure:
        raise failure


def _chunk(text: str, offset: int) -> TextChunk:
    # NUL stands between records (`find -print0`, core dumps): a line end says the same and keeps offsets true.
    return TextChunk(f"text {offset}-{offset + len(text) - 1}", offset, text.replace("\0", "\n"))


class TextReading(LedgerReading):
    """All of a text, whatever the sampling: without rows there is nothing to draw from."""

    def __init__(self, content: Content, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._content = content

    def chunks(self) -> Iterator[TextChunk]:
        try:
            yield from text_chunks(self._content.texts())
        finally:
            self._content.settle(self.ledger)
