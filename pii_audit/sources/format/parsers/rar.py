"""RAR archives of every age (1.3 to 7): each entry unpacked whole, solid ones included; the archive's comment is its text."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import rars

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.encoding import decode_cell
from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.packed.expansion import damaged
from pii_audit.sources.format.packed.zip import ENCRYPTED, LINK

LARGEST = 512 << 20
"""Bytes of the largest entry: it is unpacked in memory, in which it lies twice for a moment."""
TOGETHER = 128 << 20
"""Bytes of entries that are unpacked in one go: each go through a solid archive begins with its first entry."""
MANY = 1_000
"""Entries that are unpacked in one go."""
_IN_MEMORY = 64 << 20
"""Bytes of an archive that is read at once; a larger one is opened anew by the unpacker, which leaves an access time."""
_UTF_8 = "rar50_plus"
"""Archives of RAR 5 and later, whose names are UTF-8 (or what is not, as the unpacker shows it)."""
_SPLIT = Text("跨分卷存放，所需的分卷不在旁边", "is continued in another volume, which does not lie beside this one")


def parse(file: BinaryIO, name: str, sink: Sink) -> None:  # noqa: ARG001 - the parsers' signature
    """Sends every entry as a file; InspectionError where the archive as a whole cannot be read."""
    try:
        archive = _archive(file)
        comment = archive.read_comment()
    except rars.PasswordRequired:
        raise InspectionError(ENCRYPTED) from None
    except rars.UnsupportedRarFeature:
        raise InspectionError(_unsupported()) from None
    except rars.Error:
        raise InspectionError(damaged().what) from None
    if comment:
        sink.begin(Part(PartKind.TEXT))
        sink.text(decode_cell(comment)[0].replace("\0", "\n"))
    for entries in _batches(_readable(archive.infolist(), sink)):
        _send(archive, entries, sink)


def _archive(file: BinaryIO) -> rars.RarFile:
    data = file.read(_IN_MEMORY + 1)
    return rars.RarFile.from_bytes(data) if len(data) <= _IN_MEMORY else rars.RarFile(f"/dev/fd/{file.fileno()}")


def _readable(entries: Iterable[rars.RarInfo], sink: Sink) -> Iterator[rars.RarInfo]:
    """The entries that can be unpacked; the others are told."""
    for entry in entries:
        if entry.is_dir():
            continue
        if entry.is_encrypted:
            _unread(entry, ENCRYPTED, sink)
        elif entry.is_split_before or entry.is_split_after:
            _unread(entry, _SPLIT, sink)
        elif (entry.file_size or 0) > LARGEST:
            mib = LARGEST >> 20
            said = Text(f"条目超过 {mib} MiB,RAR 中无法解开", f"an entry of more than {mib} MiB, which is not unpacked")
            _unread(entry, said, sink)
        elif stat.S_ISLNK(entry.file_attr or 0):
            sink.begin(Part(PartKind.UNREAD, _name(entry)))
            sink.note(LINK)
        else:
            yield entry


def _batches(entries: Iterable[rars.RarInfo]) -> Iterator[list[rars.RarInfo]]:
    """Entries in their order, as many together as memory has room for; one without a payload stands alone."""
    batch: list[rars.RarInfo] = []
    size = 0
    for entry in entries:
        if batch and (size + entry.file_size > TOGETHER or len(batch) == MANY or not entry.compress_size):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.file_size
        if not entry.compress_size:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _send(archive: rars.RarFile, entries: list[rars.RarInfo], sink: Sink) -> None:
    """Unpacks entries, one by one where one of them is broken."""
    try:
        unpacked = archive.read_many(entries)
    except KeyError:  # only of an entry without a payload, which stands alone
        sink.begin(Part(PartKind.UNREAD, _name(entries[0])))
        sink.note(LINK)
    except (rars.Error, MemoryError) as error:
        if len(entries) == 1:
            _unread(entries[0], _reason(error), sink)
            return
        for entry in entries:
            _send(archive, [entry], sink)
    else:
        for entry, data in zip(entries, unpacked, strict=True):
            sink.begin(Part(PartKind.FILE, _name(entry)))
            sink.data(data)


def _reason(error: Exception) -> Text:
    match error:
        case rars.PasswordRequired():
            return ENCRYPTED
        case rars.UnsupportedRarFeature():
            return _unsupported()
        case MemoryError():
            return Text("解开所需内存过多", "needs too much memory to be unpacked")
        case _:
            return damaged().what


def _unsupported() -> Text:
    return Text("压缩方法无法解开", "compressed by a method that cannot be undone here")


def _unread(entry: rars.RarInfo, reason: Text, sink: Sink) -> None:
    sink.begin(Part(PartKind.UNREAD, _name(entry)))
    sink.fail(reason)


def _name(entry: rars.RarInfo) -> str:
    """With slashes; names of before RAR 5 may be in the code page of whoever packed them: GB 18030 in China."""
    name = entry.filename
    if entry.rar_version != _UTF_8:
        name = decode_cell(entry.orig_filename_bytes)[0].replace("\\", "/")
    return name or f"entry {entry.member_index + 1}"
