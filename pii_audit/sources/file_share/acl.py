"""POSIX access control lists (draft IEEE Std 1003.1e, withdrawn, as Linux has it): rights of named users and groups."""

from __future__ import annotations

import errno
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from pii_audit.language import Text
from pii_audit.sources.reading import StreamError

ATTRIBUTE = "system.posix_acl_access"
READ, WRITE, PASS = 4, 2, 1
_VERSION = 2
_HEADER = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_USER, _GROUP_OBJECT, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10
"""Tags of entries (linux/posix_acl.h)."""
_NO_LIST = frozenset({errno.ENODATA, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What says that a file has no such list, or the file system none of this kind."""


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


def attribute(path: Path, name: str) -> bytes | None:
    """An extended attribute that holds a list; None where there is none or the file system knows none. Raises OSError."""
    if not hasattr(os, "getxattr"):
        return None
    try:
        return os.getxattr(path, name)
    except OSError as error:
        if error.errno in _NO_LIST:
            return None
        raise


def access_list(path: Path) -> AccessList | None:
    """The list of a file or folder; None where it has none or the file system knows none. Raises OSError."""
    raw = attribute(path, ATTRIBUTE)
    if raw is None:
        return None
    entries = _entries(raw)
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), READ | WRITE | PASS)
    group = next((bits for tag, bits, _ in entries if tag == _GROUP_OBJECT), 0)
    kinds = {_USER: "user", _GROUP: "group"}
    named = tuple(Named(kinds[tag], number, bits & mask) for tag, bits, number in entries if tag in kinds)
    return AccessList(group & mask, named)


def counting(path: Path, status: os.stat_result) -> AccessList | None:
    """The list of a file or folder as far as it counts: Linux asks none whose mask is empty, and goes by the mode then."""
    return access_list(path) if status.st_mode & stat.S_IRWXG else None


def _entries(raw: bytes) -> list[tuple[int, int, int]]:
    if len(raw) < _HEADER.size or _HEADER.unpack_from(raw)[0] != _VERSION or (len(raw) - _HEADER.size) % _ENTRY.size:
        raise StreamError(Text("访问控制列表无法解析", "the access control list cannot be understood"))
    return list(_ENTRY.iter_unpack(raw[_HEADER.size :]))
