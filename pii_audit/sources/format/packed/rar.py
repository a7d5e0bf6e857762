"""RAR archives in volumes, or without their end, put together into one that is whole; a parser in its own process unpacks that."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.sources.format.content import open_regular
from pii_audit.sources.format.isolated.readings import parsed_file
from pii_audit.sources.format.opened import IN_MEMORY, Descend, Found, Opened
from pii_audit.sources.format.packed.expansion import BLOCK, Expansion, broken_off, followed
from pii_audit.sources.format.packed.rar_blocks import Block, Role, Volume, volume_of
from pii_audit.sources.format.packed.rar_names import names_after, names_before
from pii_audit.sources.reading import unreadable


def rar_readings(kind: str, opened: Opened, descend: Descend) -> Iterator[Found]:
    """What every entry holds; volumes are read with the first of them, as far as they lie beside each other."""
    try:
        with opened.seekable() as file, ExitStack() as others:
            volume = volume_of(file, opened.expansion.limits)
            if volume is None or not (volume.parted or volume.cut):
                yield from parsed_file(kind, file, opened, descend)
                if volume is not None and volume.followed:
                    yield opened.failed(followed().what, opened.inner("rest"))
                return
            before = _before(volume, opened, others) if volume.parted else None
            if before:
                yield _with(before, opened)
                return
            yield from _together([volume, *_after(volume, opened, others)], kind, opened, descend)
    except OSError as error:
        yield opened.failed(unreadable(error))


def _together(volumes: Sequence[Volume], kind: str, opened: Opened, descend: Descend) -> Iterator[Found]:
    taken, cut = False, volumes[-1].cut
    if not cut or any(block.role is Role.ENTRY for volume in volumes for block in volume.blocks):
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            whole = cast("BinaryIO", spool)
            _write(volumes, whole)
            for found in parsed_file(kind, whole, _counted(opened, volumes), descend):
                taken = taken or found[0].name == opened.asset.name
                yield found
    if cut:
        yield opened.failed(broken_off().what, opened.inner("rest") if taken else None)
    elif any(volume.followed for volume in volumes):
        yield opened.failed(followed().what, opened.inner("rest"))


def _with(before: Path, opened: Opened) -> Found:
    """A volume that is left to the one before it; failed where that one is not read."""
    if opened.only is None or before in opened.only:
        said = Text(f"RAR 分卷，随 {before.name} 一并读取", f"a RAR volume, read together with {before.name}")
        return opened.skipped(said, opened.asset)
    return opened.failed(
        Text(
            f"RAR 分卷，须与 {before.name} 一并检查",
            f"a RAR volume, which can only be read together with {before.name}",
        )
    )


def _counted(opened: Opened, volumes: Sequence[Volume]) -> Opened:
    """With the size of all volumes, against which what they unpack to is measured."""
    if len(volumes) == 1:
        return opened
    size = sum(volume.file.seek(0, io.SEEK_END) for volume in volumes)
    return replace(opened, expansion=Expansion(lambda: size, opened.expansion.limits))


def _before(volume: Volume, opened: Opened, others: ExitStack) -> Path | None:
    """The volume beside this one after which it comes."""
    if opened.path is None:
        return None
    for name in names_before(opened.path.name):
        path = opened.path.with_name(name)
        before = _volume(path, opened, others)
        if before is not None and before.more and before.dialect is volume.dialect:
            return path
    return None


def _after(volume: Volume, opened: Opened, others: ExitStack) -> Iterator[Volume]:
    """The volumes that follow, up to the first that is missing or is none."""
    path = opened.path
    while path is not None and volume.more:
        for name in names_after(path.name):
            following = _volume(path.with_name(name), opened, others)
            if following is not None and following.parted and following.dialect is volume.dialect:
                break
        else:
            return
        yield following
        path, volume = path.with_name(name), following


def _volume(path: Path, opened: Opened, others: ExitStack) -> Volume | None:
    if path.is_symlink():  # it may lead out of the source
        return None
    try:
        return volume_of(others.enter_context(open_regular(path)), opened.expansion.limits)
    except (OSError, InspectionError):
        return None


def _write(volumes: Sequence[Volume], out: BinaryIO) -> None:
    """One archive of all entries; of one whose volumes are not all there, its first piece, which says that it goes on."""
    dialect = volumes[0].dialect
    out.write(dialect.signature + dialect.main(volumes[0].blocks[0]))
    pieces: list[tuple[Volume, Block]] = []
    for volume in volumes:
        for block in volume.blocks:
            if block.role is Role.COMMENT and volume is volumes[0]:
                _copy(block.header, [(volume, block)], out)
            if block.role is not Role.ENTRY:
                continue
            if pieces and not block.before:
                _copy(pieces[0][1].header, pieces[:1], out)
                pieces = []
            pieces.append((volume, block))
            if block.after and volume is not volumes[-1]:
                continue
            complete = not (pieces[0][1].before or block.after)
            header = dialect.entry(block, sum(one.size for _, one in pieces)) if complete else pieces[0][1].header
            _copy(header, pieces if complete else pieces[:1], out)
            pieces = []
    if pieces:
        _copy(pieces[0][1].header, pieces[:1], out)
    out.write(dialect.end)


def _copy(header: bytes, pieces: Sequence[tuple[Volume, Block]], out: BinaryIO) -> None:
    out.write(header)
    for volume, block in pieces:
        volume.file.seek(block.at)
        left = block.size
        while left and (data := volume.file.read(min(left, BLOCK))):
            out.write(data)
            left -= len(data)
