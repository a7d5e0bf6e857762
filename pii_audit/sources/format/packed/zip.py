"""ZIP archives (PKWARE APPNOTE 6.3), by their central directory, or by their local headers where that is missing."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.opened import Descend, Found, Opened
from pii_audit.sources.format.packed.expansion import Entry, broken_off, followed
from pii_audit.sources.format.packed.zip_forward import entries_forward
from pii_audit.sources.format.packed.zip_rest import END, behind, comments, last_record, unnamed
from pii_audit.sources.reading import StreamError, unreadable

ENCRYPTED = Text("受密码保护，无法读取", "protected by a password")
LINK = Text("压缩包内的链接，不是文件", "is a link inside an archive, not a file")
_DAMAGED = Text("ZIP 目录损坏", "the directory of the ZIP archive is damaged")
_UNNAMED = Text("其中有目录未列出的条目，未读取", "holds entries that its directory does not name, which were not read")
_ENCRYPTED_FLAG = 0x1
_UTF8_FLAG = 0x800
_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError)
_END64_SIGNATURE = b"PK\6\6"
_END64_SIZE = struct.Struct("<40xQ")
"""Where the ZIP64 record (4.3.14) has the size of the directory."""
_LEAST_ENTRY = 46
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 97: "WavPack", 98: "PPMd", 99: "AES"}
"""Compression methods (4.4.5) that Python's zipfile has no code for."""


def zip_readings(opened: Opened, descend: Descend) -> Iterator[Found]:
    """What every entry holds; an encrypted or broken one is told under its own name, and the others are read."""
    try:
        with opened.seekable() as file:
            try:
                ended = _ends(file, opened)
                archive = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, struct.error):
                yield from _forward(opened, file, descend, broken_off().what)
                return
            except NotImplementedError:  # a version of the format that there is not yet
                yield from _forward(opened, file, descend, _DAMAGED)
                return
            with archive:
                yield from _entries(opened, archive, descend)
                if not ended:
                    yield opened.failed(followed().what, opened.inner("rest"))
                elif unnamed(file, archive):
                    yield opened.failed(_UNNAMED, opened.inner("rest"))
    except OSError as error:
        yield opened.failed(unreadable(error))
    except _ERRORS:
        yield opened.failed(_DAMAGED)


def _ends(file: BinaryIO, opened: Opened) -> bool:
    """Whether the file ends with its directory; one that is too large is refused, since it is read into memory whole."""
    tail, at = last_record(file)
    *_, directory, _, _ = END.unpack_from(tail, at)
    at64 = tail.rfind(_END64_SIGNATURE, 0, at)
    if at64 >= 0:
        directory = max(directory if directory != 0xFFFFFFFF else 0, _END64_SIZE.unpack_from(tail, at64)[0])  # noqa: PLR2004 - "see ZIP64"
    if min(directory, file.seek(0, io.SEEK_END)) > opened.expansion.limits.entries * _LEAST_ENTRY * 4:
        raise opened.expansion.too_many()
    return not behind(file).strip(b"\0")


def _entries(opened: Opened, archive: zipfile.ZipFile, descend: Descend) -> Iterator[Found]:
    found, said = archive.infolist(), comments(archive)
    if said:
        content = cast("BinaryIO", io.BytesIO(said.encode()))
        yield from descend(opened.entry(opened.inner("comments"), content))
    elif not found:
        yield opened.empty()
    for info in found:
        opened.expansion.entry()
        if not info.is_dir() or info.file_size:
            yield from _entry(opened, archive, info, descend)


def _entry(opened: Opened, archive: zipfile.ZipFile, info: zipfile.ZipInfo, descend: Descend) -> Iterator[Found]:
    asset = opened.inner(_name(info), size=info.file_size)
    if info.flag_bits & _ENCRYPTED_FLAG:
        yield opened.failed(ENCRYPTED, asset)
        return
    if stat.S_ISLNK(info.external_attr >> 16):
        yield opened.skipped(LINK, asset)
        return
    try:
        with archive.open(info) as packed:
            stream = Entry(cast("io.BufferedIOBase", packed), opened.expansion, _ERRORS)
            yield from descend(opened.entry(asset, cast("BinaryIO", stream)))
    except StreamError as error:
        yield opened.failed(error.what, asset)
    except NotImplementedError:
        yield opened.failed(unknown_method(info.compress_type), asset)
    except _ERRORS:
        yield opened.failed(Text("条目损坏", "the entry is damaged"), asset)


def unknown_method(method: int) -> Text:
    """The reason of an entry that is compressed in a way that nothing here can undo."""
    name = _METHODS.get(method, str(method))
    return Text(f"压缩方法 {name} 无法解开", f"compressed by {name}, which cannot be undone here")


def _name(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag are in the code page of whoever packed them: GB 18030 in China, read here as CP 437."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    text, understood = decode_cell(raw)
    return text if understood else info.filename


def _forward(opened: Opened, file: BinaryIO, descend: Descend, reason: Text) -> Iterator[Found]:
    """What can be had of an archive without its directory, which it fails for want of."""
    file.seek(0)
    try:
        for entry in entries_forward(file):
            opened.expansion.entry()
            asset = opened.inner(decode_cell(entry.name)[0], size=entry.size)
            if entry.flags & _ENCRYPTED_FLAG:
                yield opened.failed(ENCRYPTED, asset)
                continue
            stream = Entry(entry.stream, opened.expansion, _ERRORS)
            yield from descend(opened.entry(asset, cast("BinaryIO", stream)))
            entry.skip()
    except OSError as error:
        yield opened.failed(unreadable(error))
        return
    yield opened.failed(reason)
