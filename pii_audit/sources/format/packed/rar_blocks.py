"""The blocks of a RAR archive, by their headers alone, and headers of an archive that is one file.

Sources: "RAR 5.0 archive format" (rarlab.com/technote.htm), and the technote of RAR 1.5 to 4.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import BinaryIO, ClassVar, Protocol

from pii_audit.sources.format.packed.expansion import BLOCK, Limits

LONGEST_HEADER = 2 << 20
"""Bytes; RAR 5 allows no longer one, RAR 4 only 64 KiB."""


class Role(Enum):
    """What a block is to an archive."""

    MAIN = auto()
    ENTRY = auto()
    COMMENT = auto()
    END = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A header and where its data lies; `before` and `after` say that an entry begins or goes on in another volume.

    Of a main header `volume` says that others belong to it, of an end `after` that another one follows.
    """

    role: Role
    header: bytes
    at: int
    size: int = 0
    before: bool = False
    after: bool = False
    volume: bool = False
    encrypted: bool = False


class Dialect(Protocol):
    """One generation of the format."""

    signature: bytes
    end: bytes
    """The last block of an archive that is one file."""

    def block(self, file: BinaryIO) -> Block | None:
        """The block that begins here; None where there is none that is whole."""

    def main(self, block: Block) -> bytes:
        """The main header of an archive that is one file."""

    def entry(self, block: Block, size: int) -> bytes:
        """The header of the same entry, with all of its data in one piece; given that of its last volume."""


@dataclass(slots=True)
class Volume:
    """An archive file as far as it goes: `cut` says that its end is missing, `followed` that the file goes on behind it."""

    file: BinaryIO
    dialect: Dialect
    blocks: list[Block] = field(default_factory=list)
    cut: bool = False
    followed: bool = False

    @property
    def parted(self) -> bool:
        """Whether it is one of several."""
        return self.blocks[0].volume

    @property
    def more(self) -> bool:
        """Whether another one follows."""
        last = self.blocks[-1]
        return self.parted and last.after


class _Rar4:
    """RAR 1.5 to 4: fields of fixed width, little endian; a header's checksum is the lower half of its CRC-32."""

    signature = b"Rar!\x1a\x07\x00"
    end = b"\xc4\x3d\x7b\x00\x40\x07\x00"
    _ROLES: ClassVar = {0x73: Role.MAIN, 0x74: Role.ENTRY, 0x7B: Role.END}
    _SERVICE = 0x7A
    _HAS_DATA, _LARGE = 0x8000, 0x100
    _VOLUME, _FIRST, _NEW_NAMES, _ENCRYPTED = 0x1, 0x100, 0x10, 0x80
    _BEFORE, _AFTER, _NEXT = 0x1, 0x2, 0x1
    _COMMON = struct.Struct("<HBHH")
    _SIZE, _HIGH, _NAME = 7, 32, 32
    _LONGEST = 0xFFFF - 8
    """Bytes of a header to which the upper halves of its sizes can still be added."""

    def block(self, file: BinaryIO) -> Block | None:
        head = file.read(self._COMMON.size)
        if len(head) < self._COMMON.size:
            return None
        _, kind, flags, length = self._COMMON.unpack(head)
        header = head + file.read(max(0, length - len(head)))
        if len(header) < length or length < len(head):
            return None
        role = self._ROLES.get(kind, Role.OTHER)
        size = 0
        named = role is Role.ENTRY or kind == self._SERVICE
        if named or flags & self._HAS_DATA:
            large = named and flags & self._LARGE
            least = self._HIGH + 8 if large else self._HIGH if role is Role.ENTRY else self._SIZE + 4
            if not least <= length <= self._LONGEST:
                return None
            [size] = struct.unpack_from("<L", header, self._SIZE)
            if large:
                size += struct.unpack_from("<L", header, self._HIGH)[0] << 32
        if kind == self._SERVICE and header[self._NAME : self._NAME + 3] == b"CMT":
            role = Role.COMMENT
        return Block(
            role,
            header,
            file.tell(),
            size,
            before=role is Role.ENTRY and bool(flags & self._BEFORE),
            after=bool(flags & (self._AFTER if role is Role.ENTRY else self._NEXT)) and role in (Role.ENTRY, Role.END),
            volume=role is Role.MAIN and bool(flags & self._VOLUME),
            encrypted=role is Role.MAIN and bool(flags & self._ENCRYPTED),
        )

    def main(self, block: Block) -> bytes:
        return self._with_flags(block.header, ~(self._VOLUME | self._FIRST | self._NEW_NAMES))

    def entry(self, block: Block, size: int) -> bytes:
        header = bytearray(block.header)
        struct.pack_into("<L", header, self._SIZE, size & 0xFFFFFFFF)
        flags = self._COMMON.unpack_from(header)[2]
        if flags & self._LARGE:
            struct.pack_into("<L", header, self._HIGH, size >> 32)
        elif size >> 32:
            header[self._HIGH : self._HIGH] = struct.pack("<LL", size >> 32, 0)
            struct.pack_into("<HH", header, 3, flags | self._LARGE, len(header))
        return self._with_flags(bytes(header), ~(self._BEFORE | self._AFTER))

    def _with_flags(self, header: bytes, mask: int) -> bytes:
        _, kind, flags, length = self._COMMON.unpack_from(header)
        rest = self._COMMON.pack(0, kind, flags & mask, length)[2:] + header[self._COMMON.size :]
        return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest


class _Rar5:
    """RAR 5 to 7: numbers of variable length; a header begins with its CRC-32 and its size."""

    signature = b"Rar!\x1a\x07\x01\x00"
    end = b"\x1d\x77\x56\x51\x03\x05\x04\x00"
    _MAIN, _FILE, _SERVICE, _ENCRYPTION, _END = 1, 2, 3, 4, 5
    _ROLES: ClassVar = {_MAIN: Role.MAIN, _FILE: Role.ENTRY, _END: Role.END}
    _EXTRA, _DATA, _BEFORE, _AFTER = 0x1, 0x2, 0x8, 0x10
    _VOLUME, _NUMBERED, _NEXT = 0x1, 0x2, 0x1

    def block(self, file: BinaryIO) -> Block | None:
        start = file.read(4)
        raw = b""
        while len(raw) < 3 and (not raw or raw[-1] & 0x80):  # noqa: PLR2004 - of a header's size, "vint of 3 bytes"
            one = file.read(1)
            if not one:
                return None
            raw += one
        length = _number(io.BytesIO(raw))
        if not 0 < length <= LONGEST_HEADER:
            return None
        body = file.read(length)
        if len(body) < length:
            return None
        fields = io.BytesIO(body)
        kind, flags = _number(fields), _number(fields)
        if flags & self._EXTRA:
            _number(fields)
        size = _number(fields) if flags & self._DATA else 0
        if kind == self._ENCRYPTION:
            return Block(Role.MAIN, b"", file.tell(), encrypted=True)
        role = self._ROLES.get(kind, Role.OTHER)
        own = _number(fields) if role in (Role.MAIN, Role.END) else 0
        if kind == self._SERVICE and b"\x03CMT" in body:
            role = Role.COMMENT
        return Block(
            role,
            start + raw + body,
            file.tell(),
            size,
            before=role is Role.ENTRY and bool(flags & self._BEFORE),
            after=bool(own & self._NEXT if role is Role.END else flags & self._AFTER and role is Role.ENTRY),
            volume=role is Role.MAIN and bool(own & self._VOLUME),
        )

    def main(self, block: Block) -> bytes:
        """Without what it says of volumes and of where a copy of the headers lies."""
        fields = self._fields(block)
        _, flags = _number(fields), _number(fields)
        if flags & self._EXTRA:
            _number(fields)
        archive = _number(fields) & ~(self._VOLUME | self._NUMBERED)
        return _sealed(_vint(self._MAIN) + _vint(0) + _vint(archive))

    def entry(self, block: Block, size: int) -> bytes:
        fields = self._fields(block)
        kind, flags = _number(fields), _number(fields)
        extra = _vint(_number(fields)) if flags & self._EXTRA else b""
        _number(fields)
        flags = (flags | self._DATA) & ~(self._BEFORE | self._AFTER)
        return _sealed(_vint(kind) + _vint(flags) + extra + _vint(size) + fields.read())

    def _fields(self, block: Block) -> io.BytesIO:
        fields = io.BytesIO(block.header)
        fields.seek(4)
        _number(fields)
        return fields


DIALECTS: tuple[Dialect, ...] = (_Rar5(), _Rar4())


def volume_of(file: BinaryIO, limits: Limits) -> Volume | None:
    """The blocks of an archive file; None where it begins as none, or its headers are encrypted."""
    file.seek(0)
    head = file.read(8)
    dialect = next((one for one in DIALECTS if head.startswith(one.signature)), None)
    if dialect is None:
        return None
    end = file.seek(0, io.SEEK_END)
    file.seek(len(dialect.signature))
    volume = Volume(file, dialect)
    for block in _blocks(file, dialect):
        if not volume.blocks and (block.role is not Role.MAIN or block.encrypted):
            return None
        if block.at + block.size > end:
            volume.cut = True
            break
        volume.blocks.append(block)
        if block.role is Role.END:
            file.seek(block.at + block.size)
            volume.followed = any(data.strip(b"\0") for data in iter(partial(file.read, BLOCK), b""))
        if block.role is Role.END or len(volume.blocks) > limits.entries:
            return volume
        file.seek(block.at + block.size)
    if not volume.blocks:
        return None
    # Archives of before RAR 3 need no end block: they end with their last entry.
    last = volume.blocks[-1]
    volume.cut = volume.cut or isinstance(dialect, _Rar5) or last.at + last.size < end
    return volume


def _blocks(file: BinaryIO, dialect: Dialect) -> Iterator[Block]:
    while (block := dialect.block(file)) is not None:
        yield block


def _number(fields: BinaryIO) -> int:
    """A number of RAR 5: seven bits in each byte, the lowest first. One that breaks off ends there."""
    value = 0
    for shift in range(0, 70, 7):
        one = fields.read(1)
        if not one:
            break
        value |= (one[0] & 0x7F) << shift
        if not one[0] & 0x80:
            break
    return value


def _vint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - as above
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _sealed(body: bytes) -> bytes:
    sized = _vint(len(body)) + body
    return struct.pack("<L", zlib.crc32(sized)) + sized
