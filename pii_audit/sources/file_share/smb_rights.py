"""Who may read a file on Windows or Samba, by the discretionary access list of its security descriptor ([MS-DTYP] 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pii_audit.language import Text
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.remote import Refused

if TYPE_CHECKING:
    from smbclient._io import SMBFileIO

_HEADER = struct.Struct("<BBHIIII")
_LIST = struct.Struct("<BBHHH")
_ENTRY = struct.Struct("<BBHI")
_PRESENT = 0x0004
_ALLOWED, _DENIED = 0x00, 0x01
_INHERIT_ONLY, _INHERITED = 0x08, 0x10
_PRIVILEGES = {"read": 0x00000001 | 0x80000000 | 0x10000000, "write": 0x00000002 | 0x40000000 | 0x10000000}
"""FILE_READ_DATA or FILE_WRITE_DATA, and the generic rights that hold them ([MS-SMB2] 2.2.13.1.1)."""
EVERYONE = "S-1-1-0"
_KNOWN = {
    EVERYONE: "world",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-7": "world",
    "S-1-5-18": "user:SYSTEM",
    "S-1-5-32-544": "group:Administrators",
    "S-1-5-32-545": "group:Users",
    "S-1-5-32-546": "group:Guests",
}
_OF_DOMAINS = {
    "512": "group:Domain Admins",
    "513": "Domain Users",
    "514": "group:Domain Guests",
    "515": "group:Domain Computers",
}
"""By the last number, of every domain ([MS-DTYP] 2.4.2.4)."""
_DACL = 4
_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an access list."""

    sid: str
    mask: int
    allows: bool
    inherited: bool


def descriptor(file: SMBFileIO) -> bytes:
    """The access list of a file that was opened with READ_CONTROL, in its descriptor; raises what smbprotocol raises."""
    from smbprotocol.file_info import InfoType  # noqa: PLC0415 - a scan loads what it reads
    from smbprotocol.open import SMB2QueryInfoRequest, SMB2QueryInfoResponse  # noqa: PLC0415 - as above

    asked = SMB2QueryInfoRequest()
    asked["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    asked["output_buffer_length"] = _SIZE
    asked["additional_information"] = _DACL
    asked["file_id"] = file.fd.file_id
    tree = file.fd.tree_connect
    request = file.fd.connection.send(asked, sid=tree.session.session_id, tid=tree.tree_connect_id)
    answer = SMB2QueryInfoResponse()
    answer.unpack(file.fd.connection.receive(request)["data"].get_value())
    found: bytes = answer["buffer"].get_value()
    return found


def entries(data: bytes) -> list[Entry] | None:
    """The entries of a descriptor's access list in their order; None where it has none, so that everybody may do everything.

    Raises Refused for what is no descriptor.
    """
    try:
        _, _, control, _, _, _, at = _HEADER.unpack_from(data)
        if not control & _PRESENT or not at:
            return None
        _, _, _, count, _ = _LIST.unpack_from(data, at)
        at += _LIST.size
        found: list[Entry] = []
        for _ in range(count):
            kind, flags, size, mask = _ENTRY.unpack_from(data, at)
            if kind in (_ALLOWED, _DENIED) and not flags & _INHERIT_ONLY:
                sid = _sid(data[at + _ENTRY.size : at + size])
                found.append(Entry(sid, mask, kind == _ALLOWED, bool(flags & _INHERITED)))
            at += max(size, _ENTRY.size)
    except (struct.error, IndexError):
        raise Refused(Text("安全描述符无法解析", "the security descriptor cannot be understood")) from None
    return found


def grants(data: bytes, asset: str, path: str) -> Iterator[Grant]:
    """The rights that a descriptor gives on a file, whose UNC path is for the commands that take them back."""
    listed = entries(data)
    if listed is None:
        for privilege in _PRIVILEGES:
            closing = (f'icacls "{path}" /reset',)
            yield Grant("world", asset, privilege, "no access list", ("world", "no access list"), closing=closing)
        return
    for privilege, bits in _PRIVILEGES.items():
        denied: set[str] = set()
        given: set[str] = set()
        for one in listed:
            if not one.mask & bits or one.sid in given:
                continue
            if not one.allows:
                denied.add(one.sid)
            elif not denied & {one.sid, EVERYONE}:
                given.add(one.sid)
                yield _grant(one, privilege, asset, path)


def _grant(one: Entry, privilege: str, asset: str, path: str) -> Grant:
    who = named(one.sid)
    opened = f"NTFS {privilege} {who}"
    # An inherited entry can be taken from a file only after it has become the file's own.
    own = (f'icacls "{path}" /inheritance:d',) if one.inherited else ()
    closing = (*own, f'icacls "{path}" /remove:g *{one.sid}')
    steps = (who, *(("inherited from its folder",) if one.inherited else ()), opened)
    return Grant(who, asset, privilege, opened, steps, closing=closing)


def named(sid: str) -> str:
    """A well-known account or group by its name, another by its SID; Samba's users and groups of Unix by their numbers."""
    if sid in _KNOWN:
        return _KNOWN[sid]
    if sid.startswith("S-1-22-"):
        kind, _, number = sid.removeprefix("S-1-22-").partition("-")
        return f"{'user' if kind == '1' else 'group'}:unix:{number}"
    if sid.startswith("S-1-5-21-"):
        return _OF_DOMAINS.get(sid.rpartition("-")[2], f"user:{sid}")
    return f"group:{sid}"


def _sid(data: bytes) -> str:
    """A SID as it is written ([MS-DTYP] 2.4.2)."""
    revision, count = data[0], data[1]
    numbers = struct.unpack_from(f"<{count}I", data, 8)
    return "-".join(map(str, ("S", revision, int.from_bytes(data[2:8], "big"), *numbers)))
