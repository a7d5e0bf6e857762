"""Binary files by their first bytes, as listed in scanners/file_share/kinds.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.document import BOOLEAN, INTEGER, STRING, TITLE, ListOf, Reader, Record, word
from pii_audit.errors import ConfigurationError
from pii_audit.language import Text

PATH = "scanners/file_share/kinds.yaml"
ZIP_NAME = 30
"""Where a ZIP archive has the name of its first entry (PKWARE APPNOTE 4.3.7)."""

_KIND = Record(
    {
        "id": STRING,
        "title": TITLE,
        "magic": word(Text("十六进制字节", "bytes in hex"), "(?:[0-9a-f]{2})+"),
        "offset": INTEGER,
        "contains": STRING,
        "entry": STRING,
        "printable": BOOLEAN,
        "pattern": STRING,
        "encrypted": BOOLEAN,
    },
    ("id", "title", "magic"),
)
_FILE = Record({"version": INTEGER, "kinds": ListOf(_KIND)}, ("version", "kinds"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A binary kind.

    `magic` stands at `offset`, and `contains` somewhere in the head; `entry` fits the name of a ZIP archive's first entry;
    a `printable` kind is ASCII throughout; `pattern` fits from the first byte on; `encrypted` ones say nothing of their content.
    """

    id: str
    title: Text
    magic: bytes
    offset: int
    contains: bytes
    printable: bool
    entry: re.Pattern[bytes] | None = None
    pattern: re.Pattern[bytes] | None = None
    encrypted: bool = False

    def fits(self, head: bytes) -> bool:
        """Whether a file that begins so is of this kind."""
        if not head.startswith(self.magic, self.offset) or self.contains not in head:
            return False
        if self.pattern and not self.pattern.match(head):
            return False
        if self.entry and not self.entry.match(head, ZIP_NAME):
            return False
        # Some magic numbers are words (ORC, BZh, GIF8): a file that goes on as plain ASCII is a text.
        return self.printable or not head.isascii() or b"\0" in head


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds in the order in which they are tried."""
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), _FILE, shown_as=PATH)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return tuple(
        Kind(
            entry["id"],
            entry["title"],
            bytes.fromhex(entry["magic"]),
            entry.get("offset", 0),
            entry.get("contains", "").encode(),
            entry.get("printable", False),
            re.compile(entry["entry"].encode()) if "entry" in entry else None,
            re.compile(entry["pattern"].encode(), re.DOTALL) if "pattern" in entry else None,
            entry.get("encrypted", False),
        )
        for entry in read["kinds"]
    )


def kind_of(head: bytes) -> Kind | None:
    """The binary kind of a file by its first bytes, None where none is known."""
    return next((kind for kind in kinds() if kind.fits(head)), None)
