"""Who may read a file on Windows or Samba, by the discretionary access list of its security descriptor ([MS-DTYP] 2.4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pii_audit.directory import DOMAIN_USERS_NAME
from pii_audit.directory.sid import ANONYMOUS, AUTHENTICATED, EVERYONE, GUESTS, NETWORK, USERS, sid_text
from pii_audit.language import Text
from pii_audit.sources.file_share.refused import Refused

if TYPE_CHECKING:
    from smbclient._io import SMBFileIO

_HEADER = struct.Struct("<BBHIIII")
_LIST = struct.Struct("<BBHHH")
_ENTRY = struct.Struct("<BBHI")
_PRESENT = 0x0004
_KINDS = {0x00: (True, False), 0x01: (False, False), 0x05: (True, False), 0x06: (False, False),
          0x09: (True, True), 0x0A: (False, True), 0x0B: (True, True), 0x0C: (False, True)}  # fmt: skip
"""Types of entries ([MS-DTYP] 2.4.4.1): whether one allows, and whether only where a condition holds."""
_OF_OBJECTS = frozenset({0x05, 0x06, 0x0B, 0x0C})
_INHERIT_ONLY, _INHERITED = 0x08, 0x10
PRIVILEGES = {"read": 0x00000001 | 0x80000000 | 0x10000000, "write": 0x00000002 | 0x40000000 | 0x10000000}
"""FILE_READ_DATA or FILE_WRITE_DATA, and the generic rights that hold them ([MS-SMB2] 2.2.13.1.1)."""
READS = PRIVILEGES["read"]
CHANGES_LIST = 0x00040000
GIVES = {"change permissions": CHANGES_LIST, "take ownership": 0x00080000}
"""WRITE_DAC and WRITE_OWNER ([MS-DTYP] 2.4.3): whoever has one lets himself in."""
OWNER_RIGHTS = "S-1-3-4"
"""Who stands for the owner in a list, and takes from him what he has otherwise."""
_KNOWN = {
    EVERYONE: "world",
    NETWORK: "world",
    AUTHENTICATED: "Authenticated Users",
    "S-1-5-4": "group:INTERACTIVE",
    ANONYMOUS: "world",
    "S-1-5-18": "user:SYSTEM",
    "S-1-5-32-544": "group:Administrators",
    USERS: "group:Users",
    GUESTS: "group:Guests",
    OWNER_RIGHTS: "group:OWNER RIGHTS",
}
_OF_DOMAINS = {
    "512": "group:Domain Admins",
    "513": DOMAIN_USERS_NAME,
    "514": "group:Domain Guests",
    "515": "group:Domain Computers",
}
"""By the last number, of every domain ([MS-DTYP] 2.4.2.4)."""
_OWNER, _DACL = 1, 4
_SIZE = 65_536
_NONE = Text("安全描述符无法解析", "the security descriptor cannot be understood")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an access list. `sid` is a name, as policies write it, where the SID is not known."""

    sid: str
    mask: int
    allows: bool
    inherited: bool = False
    conditional: bool = False


AccessList = tuple[Entry, ...] | None
"""Entries in their order; None where there is no list, so that everybody may do everything."""


def descriptor(file: SMBFileIO) -> bytes:
    """The owner and the access list of a file that was opened with READ_CONTROL, in its descriptor; raises what smbprotocol raises."""
    from smbprotocol.file_info import InfoType  # noqa: PLC0415 - a scan loads what it reads
    from smbprotocol.open import SMB2QueryInfoRequest, SMB2QueryInfoResponse  # noqa: PLC0415 - as above

    asked = SMB2QueryInfoRequest()
    asked["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    asked["output_buffer_length"] = _SIZE
    asked["additional_information"] = _OWNER | _DACL
    asked["file_id"] = file.fd.file_id
    tree = file.fd.tree_connect
    request = file.fd.connection.send(asked, sid=tree.session.session_id, tid=tree.tree_connect_id)
    answer = SMB2QueryInfoResponse()
    answer.unpack(file.fd.connection.receive(request)["data"].get_value())
    found: bytes = answer["buffer"].get_value()
    return found


def entries(data: bytes) -> AccessList:
    """The entries of a descriptor's access list that count for the object itself. Raises Refused for what is no descriptor."""
    try:
        _, _, control, _, _, _, at = _HEADER.unpack_from(data)
        if not control & _PRESENT or not at:
            return None
        _, _, _, count, _ = _LIST.unpack_from(data, at)
        at += _LIST.size
        found: list[Entry] = []
        for _ in range(count):
            kind, flags, size, mask = _ENTRY.unpack_from(data, at)
            if kind in _KINDS and not flags & _INHERIT_ONLY:
                body = data[at + _ENTRY.size : at + size]
                sid = sid_text(_after_object(body) if kind in _OF_OBJECTS else body)
                found.append(Entry(sid, mask, *_KINDS[kind][:1], bool(flags & _INHERITED), _KINDS[kind][1]))
            at += max(size, _ENTRY.size)
    except (struct.error, ValueError):
        raise Refused(_NONE) from None
    return tuple(found)


def owner(data: bytes) -> str | None:
    """The SID of the owner that a descriptor names. Raises Refused for what is no descriptor."""
    try:
        _, _, _, at, _, _, _ = _HEADER.unpack_from(data)
        return sid_text(data[at:]) if at else None
    except (struct.error, ValueError):
        raise Refused(_NONE) from None


def _after_object(body: bytes) -> bytes:
    """What follows the kinds of objects that an entry is about ([MS-DTYP] 2.4.4.3)."""
    (present,) = struct.unpack_from("<I", body)
    return body[4 + 16 * (present & 1) + 16 * (present >> 1 & 1) :]


def named(sid: str) -> str:
    """A well-known account or group by its name, another by its SID; Samba's users and groups of Unix by their numbers."""
    if not sid.startswith("S-1-"):
        return sid
    if sid in _KNOWN:
        return _KNOWN[sid]
    if sid.startswith("S-1-22-"):
        kind, _, number = sid.removeprefix("S-1-22-").partition("-")
        return f"{'user' if kind == '1' else 'group'}:unix:{number}"
    if sid.startswith("S-1-5-21-"):
        return _OF_DOMAINS.get(sid.rpartition("-")[2], f"user:{sid}")
    return f"group:{sid}"
