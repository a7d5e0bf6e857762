"""What a server says of a share: its own security descriptor, by NetrShareGetInfo at level 502 ([MS-SRVS] 3.1.4.10)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pii_audit.language import Text
from pii_audit.sources.file_share.refused import Refused

_SRVSVC = UUID("4b324fc8-1670-01d3-1278-5a47bf6ee188").bytes_le + struct.pack("<HH", 3, 0)
_NDR = UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<HH", 2, 0)
_FRAGMENT = 4280
_HEADER = struct.Struct("<BBBBIHHI")
"""The head of every message: version, type, flags, representation, lengths, call ([C706] 12.6.3.1)."""
_REQUEST, _RESPONSE, _BIND, _BIND_ACK = 0, 2, 11, 12
_FIRST, _LAST = 1, 2
_LITTLE = 0x10
_GET_INFO, _LEVEL = 16, 502
_MOST = 1 << 20
"""Bytes of an answer; a security descriptor has 65,536 at most."""


def share_descriptor(host: str, share: str, login: Mapping[str, Any]) -> bytes | None:
    """The security descriptor of a share; None where the server gives this account none.

    Windows gives it to administrators. Raises Refused, and what smbprotocol raises.
    """
    from smbclient import open_file  # noqa: PLC0415 - a scan loads what it reads

    path = f"\\\\{host}\\IPC$\\srvsvc"
    with open_file(path, "rb+", buffering=0, file_type="pipe", share_access="rwd", **login) as pipe:
        pipe.write(
            _message(_BIND, struct.pack("<HHIBBHHBB", _FRAGMENT, _FRAGMENT, 0, 1, 0, 0, 0, 1, 0) + _SRVSVC + _NDR)
        )
        _received(pipe, _BIND_ACK)
        asked = struct.pack("<I", 1) + _string(f"\\\\{host}") + _string(share) + struct.pack("<I", _LEVEL)
        pipe.write(_message(_REQUEST, struct.pack("<IHH", len(asked), 0, _GET_INFO) + asked))
        return descriptor_of(_received(pipe, _RESPONSE))


def descriptor_of(answer: bytes) -> bytes | None:
    """The security descriptor in an answer of level 502 ([MS-SRVS] 2.2.4.26); None where there is none. Raises Refused."""
    try:
        error = struct.unpack_from("<I", answer, len(answer) - 4)[0]
        if error:
            raise Refused(Text(f"服务器返回错误 {error}", f"the server answered with the error {error}"))
        level, info = struct.unpack_from("<II", answer)
        name, _, remark, _, _, _, path, password, size, descriptor = struct.unpack_from("<10I", answer, 8)
        at = 48
        for pointer in (name, remark, path, password):
            if pointer:
                count = struct.unpack_from("<8xI", answer, at)[0]
                at += 12 + (2 * count + 3) // 4 * 4
        found = answer[at + 4 : at + 4 + size] if descriptor else b""
        if level != _LEVEL or not info or len(found) != (size if descriptor else 0):
            raise _unclear()
    except struct.error:
        raise _unclear() from None
    return found or None


def _unclear() -> Refused:
    return Refused(Text("服务器的回答无法解析", "the server's answer cannot be understood"))


def _message(kind: int, body: bytes) -> bytes:
    return _HEADER.pack(5, 0, kind, _FIRST | _LAST, _LITTLE, _HEADER.size + len(body), 0, 1) + body


def _string(text: str) -> bytes:
    """A string that ends with a null character, with its lengths before it (NDR, [C706] 14.3.4.2)."""
    data = f"{text}\0".encode("utf-16-le")
    count = len(data) // 2
    return struct.pack("<III", count, 0, count) + data + bytes(-len(data) % 4)


def _received(pipe: Any, wanted: int) -> bytes:
    """The body of an answer, put together of its fragments; of a response without its own head. Raises Refused."""
    whole = b""
    while len(whole) < _MOST:
        data = pipe.read(_FRAGMENT) or b""
        if len(data) < _HEADER.size:
            raise _unclear()
        _, _, kind, flags, _, length, _, _ = _HEADER.unpack_from(data)
        while len(data) < length:
            more = pipe.read(_FRAGMENT)
            if not more:
                raise _unclear()
            data += more
        if kind != wanted:
            raise Refused(
                Text("服务器不回答共享权限的询问", "the server does not answer when asked for the share's rights")
            )
        whole += data[_HEADER.size + (8 if wanted == _RESPONSE else 0) : length]
        if flags & _LAST:
            return whole
    raise _unclear()
