"""POSIX access control lists (draft IEEE Std 1003.1e, withdrawn, as Linux has it): rights of named users and groups."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ATTRIBUTE = "system.posix_acl_access"
READ, WRITE, PASS = 4, 2, 1
_VERSION = 2
_HEADER = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_USER, _GROUP_OBJECT, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10
"""Tags of entries (linux/posix_acl.h)."""
_NO_LIST = frozenset({errno.ENODATA, errno.ENOTSUP, errno.EOPNOTSUPP})


@dataclass(frozen=True, slots=True)
class Named:
    """What a list gives to one user or group; `bits` are what the mask leaves of it."""

    kind: str
    number: int
    bits: int


@dataclass(frozen=True, slots=True)
class AccessList:
    """A list that says more than the mode bits do.

    `group` are the bits of the file's own group: with a list, the mode shows the mask in their place.
    """

    group: int
    named: tuple[Named, ...]


def access_list(path: Path) -> AccessList | None:
    """The list of a file or folder; None where it has none or the file system knows none. Raises OSError."""
    if not hasattr(os, "getxattr"):
        return None
    try:
        raw = os.getxattr(path, ATTRIBUTE)
    except OSError as error:
        if error.errno in _NO_LIST:
            return None
        raise
    entries = list(_entries(raw))
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), READ | WRITE | PASS)
    group = next((bits for tag, bits, _ in entries if tag == _GROUP_OBJECT), 0)
    kinds = {_USER: "user", _GROUP: "group"}
    named = tuple(Named(kinds[tag], number, bits & mask) for tag, bits, number in entries if tag in kinds)
    return AccessList(group & mask, named)


def _entries(raw: bytes) -> Iterator[tuple[int, int, int]]:
    if len(raw) >= _HEADER.size and _HEADER.unpack_from(raw)[0] == _VERSION:
        whole = len(raw) - (len(raw) - _HEADER.size) % _ENTRY.size
        yield from _ENTRY.iter_unpack(raw[_HEADER.size : whole])
