"""What decoding a text met, told by the parser that read it."""

from __future__ import annotations

from pii_audit.sources.format.content import Content
from pii_audit.sources.format.isolated.frames import Sink
from pii_audit.sources.reading import Ledger


def tell(content: Content, sink: Sink) -> None:
    """Tells what was odd about a text that was read to its end, and what of it could not be decoded."""
    ledger = Ledger("", "")
    content.settle(ledger)
    for note in ledger.notes:
        sink.note(note)
    for failure in ledger.failures:
        sink.fail(failure)
