"""Access control lists of NFS version 4 (RFC 7530, section 6), as the client of Linux hands them on: in XDR (RFC 4506)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from pii_audit.language import Text
from pii_audit.sources.file_share.acl import attribute
from pii_audit.sources.reading import StreamError

ATTRIBUTE = "system.nfs4_acl"
ALLOWS, DENIES = 0, 1
"""Types of entries that decide; the others are for audit and alarm (6.2.1.1)."""
READ, WRITE, PASS = 0x01, 0x02, 0x20
"""READ_DATA, WRITE_DATA and EXECUTE, of folders LIST_DIRECTORY, ADD_FILE and to pass (6.2.1.3.1)."""
GIVES = {0x40000: "C", 0x80000: "o"}
"""WRITE_ACL and WRITE_OWNER, with which somebody lets himself in, by the letters for them."""
_INHERIT_ONLY, _GROUP = 0x08, 0x40
_MASKS = {
    0x01: "r", 0x02: "w", 0x04: "a", 0x20: "x", 0x10000: "d", 0x40: "D", 0x80: "t", 0x100: "T", 0x08: "n", 0x10: "N",
    0x20000: "c", 0x40000: "C", 0x80000: "o", 0x100000: "y",
}  # fmt: skip
_FLAGS = {0x01: "f", 0x02: "d", 0x04: "n", 0x08: "i", 0x10: "S", 0x20: "F", 0x40: "g"}
"""Letters by which nfs4_setfacl knows them (nfs4_acl(5))."""
_NONE = Text("NFSv4 访问控制列表无法解析", "the NFSv4 access control list cannot be understood")
_COUNT, _ENTRY = struct.Struct(">I"), struct.Struct(">IIII")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: of which type, for whom, and what; `who` is a name with a domain, a number, or special (`OWNER@`)."""

    type: int
    flags: int
    mask: int
    who: str

    @property
    def counts(self) -> bool:
        """Whether it decides about the file itself."""
        return self.type in (ALLOWS, DENIES) and not self.flags & _INHERIT_ONLY

    @property
    def is_group(self) -> bool:
        return bool(self.flags & _GROUP)

    def written(self) -> str:
        """As nfs4_setfacl takes it."""
        flags = "".join(letter for bit, letter in _FLAGS.items() if self.flags & bit)
        mask = "".join(letter for bit, letter in _MASKS.items() if self.mask & bit)
        return f"{'AD'[self.type]}:{flags}:{self.who}:{mask}"


def nfs4_list(path: Path) -> tuple[Entry, ...] | None:
    """The list of a file or folder; None where it lies on no such server. Raises OSError, also for a list that is none."""
    raw = attribute(path, ATTRIBUTE)
    return None if raw is None else entries(raw)


def entries(raw: bytes) -> tuple[Entry, ...]:
    """The entries of a list in their order. Raises StreamError for what is no list."""
    try:
        (count,) = _COUNT.unpack_from(raw)
        at, found = _COUNT.size, []
        for _ in range(count):
            kind, flags, mask, length = _ENTRY.unpack_from(raw, at)
            # Strings are filled up to four bytes (RFC 4506, 4.11).
            name = struct.Struct(f"{length}s{-length % 4}x")
            (who,) = name.unpack_from(raw, at + _ENTRY.size)
            found.append(Entry(kind, flags, mask, who.decode()))
            at += _ENTRY.size + name.size
    except (struct.error, UnicodeDecodeError):
        raise StreamError(_NONE) from None
    if at != len(raw):
        raise StreamError(_NONE)
    return tuple(found)
