"""What a compound file holds beside its document: properties, macros (MS-OVBA), embedded files and objects (MS-OLEDS)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile

from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink

_PROPERTIES = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")
_OF_THE_PROGRAM = frozenset({7, 18})
"""Template and application (MS-OLEPS 3.1.1)."""
_TELLING = re.compile(r"[A-Za-z0-9._-]@[A-Za-z0-9-]+\.|[0-9]{7}")
_RUNS = re.compile(r"[\x00-\x1f]+")
_LARGEST = 1 << 20
"""Bytes of properties that are looked through."""
_EMBEDDED = re.compile(r"ObjectPool/[^/]+|MBD[0-9A-F]+", re.IGNORECASE)
_NATIVE, _CONTENTS = "\x01ole10native", "contents"
_PACKAGES = ("package", "package_stream")
"""Documents of the ZIP kind as Microsoft and LibreOffice embed them."""
_SOURCE = b"\0Attribut"
"""How the source of a module begins when it is compressed: the flags of eight bytes that stand as they are."""
_SIGNATURE, _CHUNK = 3, 4096
"""What a chunk's header has in its bits 12 to 14, and the bytes that a chunk holds at most (2.4.1.1)."""


def send_rest(compound: olefile.OleFileIO, sink: Sink) -> bool:
    """Sends what is found; whether there was anything."""
    streams = ["/".join(entry) for entry in compound.listdir()]
    said = dict.fromkeys(_said(compound))
    macros = [name for name in streams if _is_module(name)]
    files = list(_files(compound, streams))
    if said:
        sink.begin(Part(PartKind.TEXT, "properties"))
        sink.text("\n".join(said) + "\n")
    if macros:
        sink.begin(Part(PartKind.TEXT, "macros"))
        for name in macros:
            source = _source(compound.openstream(name).read())
            sink.text(source)
            if not source:
                sink.fail(Text("其中有宏未读取", "a macro was not read"))
    for number, (name, data) in enumerate((one[1:] for one in files), 1):
        sink.begin(Part(PartKind.FILE, name or f"embedded {number}"))
        sink.data(data)
    read = {where for where, _, _ in files}
    unread = {found[0] for name in streams if (found := _EMBEDDED.match(name))} - read
    if unread:
        count = len(unread)
        sink.begin(Part(PartKind.UNREAD, "embedded"))
        sink.fail(Text(f"其中 {count} 个嵌入对象未读取", f"{count} embedded object(s) were not read"))
    return bool(macros or files or unread)


def _said(compound: olefile.OleFileIO) -> Iterator[str]:
    """Properties that are words, and what looks like data in those of a section of one's own, which no reader knows."""
    for name in _PROPERTIES:
        if not compound.exists(name):
            continue
        for number, value in compound.getproperties(name).items():
            text, understood = decode_cell(value) if isinstance(value, bytes) else (value, True)
            if isinstance(text, str) and understood and number not in _OF_THE_PROGRAM:
                text = text.rstrip("\0")
                if " " in text or not text.isascii() or _TELLING.search(text):
                    yield text
        raw = compound.openstream(name).read(_LARGEST)
        for text in (decode_cell(raw)[0], *(raw[at:].decode("utf-16-le", "replace") for at in (0, 1))):
            yield from (run for run in _RUNS.split(text) if "\ufffd" not in run and _TELLING.search(run))


def _is_module(name: str) -> bool:
    """Whether a stream holds the source of a macro (MS-OVBA 2.2.5)."""
    *_, folder, last = ("", *name.lower().split("/"))
    return folder == "vba" and last not in ("dir", "_vba_project") and not last.startswith("__srp")


def _source(module: bytes) -> str:
    """The source of a module, which begins somewhere behind what was compiled of it."""
    begin = module.find(_SOURCE)
    return decode_cell(b"".join(_decompressed(module, begin - 2)))[0] if begin > 2 else ""  # noqa: PLR2004 - a header


def _decompressed(data: bytes, at: int) -> Iterator[bytes]:
    """The chunks of a compressed container (2.4.1), as far as they go."""
    while at + 2 <= len(data):
        (header,) = struct.unpack_from("<H", data, at)
        if header >> 12 & 7 != _SIGNATURE:
            return
        end = min(len(data), at + (header & 0xFFF) + 3)
        at += 2
        yield _chunk(data[at:end]) if header >> 15 else data[at:end]
        at = end


def _chunk(data: bytes) -> bytes:
    """One chunk: bytes as they are, and copies of what came before."""
    out = bytearray()
    at = 0
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) > _CHUNK:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            (token,) = struct.unpack("<H", data[at : at + 2].ljust(2, b"\0"))
            at += 2
            bits = max(4, (len(out) - 1).bit_length())
            length, back = (token & 0xFFFF >> bits) + 3, (token >> 16 - bits) + 1
            if back > len(out):
                return bytes(out)
            for _ in range(length):
                out.append(out[-back])
    return bytes(out)


def _files(compound: olefile.OleFileIO, streams: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """Embedded files: in which object they lie, their names and bytes."""
    for name in streams:
        last = name.rpartition("/")[2].lower()
        found = _EMBEDDED.match(name)
        where = found[0] if found else name
        if last == _NATIVE:
            yield (where, *_native(compound.openstream(name).read()))
        elif last in _PACKAGES or (last == _CONTENTS and compound.openstream(name).read(4) == b"%PDF"):
            yield where, "", compound.openstream(name).read()


def _native(data: bytes) -> tuple[str, bytes]:
    """Name and bytes of a file that was packed as an object; all of it where it is put together otherwise."""
    label = data.find(b"\0", 6)
    path = data.find(b"\0", label + 1)
    if data[4:6] == b"\2\0" and 0 < label < path and path + 9 <= len(data):
        (skip,) = struct.unpack_from("<L", data, path + 5)
        at = path + 9 + skip
        if at + 4 <= len(data):
            (size,) = struct.unpack_from("<L", data, at)
            return decode_cell(data[6:label])[0], data[at + 4 : at + 4 + size]
    return "", data[4:]
