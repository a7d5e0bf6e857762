"""One file or stream in, its readings out: the entry that shares, feeds, `inspect` and `gate` have in common."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, assert_never

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.file_share.accounts import user_name
from pii_audit.sources.format.content import Content, Holes, open_regular
from pii_audit.sources.format.delimited import DelimitedReading, Dialect
from pii_audit.sources.format.detect import (
    Capture,
    JsonDocument,
    JsonLines,
    Parsed,
    PlainText,
    SqlDump,
    structure_of,
    unread_kind,
)
from pii_audit.sources.format.fixed_width import FixedWidthReading, Layouts, layout_for
from pii_audit.sources.format.glued import glued
from pii_audit.sources.format.har import HarReading
from pii_audit.sources.format.json_document import JsonReading
from pii_audit.sources.format.json_lines import JsonLinesReading
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.format.opened import Opened
from pii_audit.sources.format.packed.expansion import Expansion, Limits
from pii_audit.sources.format.readers import READERS
from pii_audit.sources.format.sql.dump import dump_readings
from pii_audit.sources.format.text import TextReading
from pii_audit.sources.interface import Reading, Sampling
from pii_audit.sources.reading import Ledger, NoReading, unreadable

EVERYTHING = Sampling()
LIMITS = Limits()


def file_asset(path: Path, source: str, name: str, kind: AssetKind = AssetKind.FILE) -> Asset:
    """What the file system knows of a file; raises OSError."""
    status = path.stat()
    return Asset(
        source,
        name,
        kind,
        size=status.st_size,
        modified=datetime.fromtimestamp(status.st_mtime, UTC),
        owner=user_name(status.st_uid),
    )


def readings(
    path: Path,
    source: str,
    name: str,
    sampling: Sampling = EVERYTHING,
    *,
    kind: AssetKind = AssetKind.FILE,
    layouts: Layouts = (),
    only: Collection[Path] | None = None,
) -> Iterator[tuple[Asset, Reading]]:
    """The readings of one file; each is to be read before the next is asked for, since the file is closed after it.

    `layouts` are those of fixed-width files, by globs of their names; `only` are the files that are read at all, None where those
    beside this one are, too.

    Never raises for a foreseeable cause: a file that cannot be read gives a reading without chunks that says why.
    """
    asset = Asset(source, name, kind)
    try:
        asset = file_asset(path, source, name, kind)
        stream = open_regular(path)
    except OSError as error:
        yield asset, NoReading.failed(source, name, unreadable(error), size=asset.size)
        return
    except InspectionError as error:
        yield asset, NoReading.failed(source, name, error.what)
        return
    with closing(stream):
        yield from _opened(stream, asset, sampling, path, layouts, only=only)


def readings_of_stream(
    stream: BinaryIO,
    name: str,
    source: str = "",
    *,
    kind: AssetKind = AssetKind.FILE,
    layouts: Layouts = (),
    copies: bool = True,
) -> Iterator[tuple[Asset, Reading]]:
    """The same for a binary stream such as standard input, read once, in full.

    Text is read without a copy on disk, archives and workbooks through one that has no name. What needs a file with a name (a database)
    fails where `copies` forbids that.
    """
    yield from _opened(stream, Asset(source, name, kind), EVERYTHING, None, layouts, copies=copies)


def readings_of(
    stream: BinaryIO, asset: Asset, sampling: Sampling = EVERYTHING, *, layouts: Layouts = ()
) -> Iterator[tuple[Asset, Reading]]:
    """The same for a stream of which more is known than its name."""
    yield from _opened(stream, asset, sampling, None, layouts)


def _opened(
    stream: BinaryIO,
    asset: Asset,
    sampling: Sampling,
    path: Path | None,
    layouts: Layouts,
    *,
    copies: bool = True,
    only: Collection[Path] | None = None,
) -> Iterator[tuple[Asset, Reading]]:
    try:
        content = Content(stream, Holes(stream.fileno()) if path is not None else None)
    except OSError as error:
        yield asset, NoReading.failed(asset.source, asset.name, unreadable(error), size=asset.size)
        return
    size = asset.size
    expansion = Expansion(lambda: content.bytes if size is None else size, LIMITS)
    yield from _readings(
        Opened(asset, content, sampling, expansion, asset.name, path, layouts=layouts, copies=copies, only=only)
    )


def _readings(opened: Opened) -> Iterator[tuple[Asset, Reading]]:
    """The readings of anything that was opened, a container's entries included."""
    content = opened.content
    found = kind_of(content.head)
    if opened.depth > opened.expansion.limits.depth:
        deep = opened.expansion.limits.depth
        yield opened.failed(Text(f"嵌套超过 {deep} 层，未读", f"nested more than {deep} deep, not read"))
    elif found:
        reader = READERS.get(found.id)
        if reader is not None:
            yield from reader()(opened, _readings)
        elif found.encrypted:
            yield opened.failed(
                Text(
                    f"{found.title.zh}，内容无法检查",
                    f"an encrypted file ({found.title.en}): what it holds cannot be told",
                )
            )
        else:
            reason = Text(f"没有能读取此类文件的读取器：{found.title.zh}", f"no reader for this kind: {found.title.en}")
            yield opened.failed(reason)
    elif unread := unread_kind(content.head, content.decoder.encoding.codec):
        reason = Text(f"没有能读取此类文件的读取器：{unread.zh}", f"no reader for this kind: {unread.en}")
        yield opened.failed(reason)
    else:
        yield from _structured(opened)


def _structured(opened: Opened) -> Iterator[tuple[Asset, Reading]]:
    content, asset, sampling = opened.content, opened.asset, opened.sampling
    ledger = Ledger(asset.source, asset.name)
    layout = layout_for(opened.name, opened.layouts)
    if layout is not None:
        yield replace(asset, fields=layout.fields()), FixedWidthReading(content, layout, ledger, sampling)
        return
    preview = content.preview()
    structure = structure_of(preview, whole=content.whole, name=opened.name)
    match structure:
        case Parsed():
            yield from READERS[structure.kind]()(opened, _readings)
        case SqlDump():
            yield from dump_readings(opened)
        case Dialect():
            yield replace(asset, fields=structure.fields()), DelimitedReading(content, structure, ledger, sampling)
        case JsonDocument():
            yield asset, JsonReading(content, ledger, sampling)
        case Capture():
            capture = HarReading(content, ledger, sampling)
            yield asset, capture
            for name, data in capture.files:
                yield from _readings(opened.entry(opened.inner(name), io.BytesIO(data)))
        case JsonLines():
            yield asset, JsonLinesReading(content, ledger, sampling)
        case PlainText():
            hidden = glued(preview, content.decoder.encoding.codec)
            ledger.failures += [hidden] if hidden else []
            yield asset, TextReading(content, ledger)
        case _:
            assert_never(structure)
