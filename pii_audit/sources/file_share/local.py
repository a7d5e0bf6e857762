"""A folder of files, local or mounted: walked in name order, one folder's names in memory at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.model.unchanged import State
from pii_audit.sources.file_share.accounts import supported
from pii_audit.sources.file_share.clocks import skew_of
from pii_audit.sources.file_share.names import real, shown
from pii_audit.sources.file_share.posix import file_grants
from pii_audit.sources.format.content import BLOCK, open_regular
from pii_audit.sources.format.files import file_asset, readings
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.packed.rar_names import names_after, names_before
from pii_audit.sources.globs import covers_folder, path_match
from pii_audit.sources.interface import ROOT_NAME, Absent, Reading, Sampling, Source, failed, skipped
from pii_audit.sources.reading import StreamError, unreadable

_NOT_INCLUDED = Text("不在 include 范围内", "not in include")
HASHED = 64 << 20
"""Bytes of the largest file whose content is hashed beside reading it: it is in the system's memory then."""
_JOURNALS = ("-wal", "-journal")
"""What of a database lies beside its file and is read with it (https://www.sqlite.org/tempfiles.html)."""
_OTHER_KINDS = (
    (stat.S_ISFIFO, Text("是命名管道，不是文件", "is a named pipe, not a file")),
    (stat.S_ISSOCK, Text("是套接字，不是文件", "is a socket, not a file")),
    (stat.S_ISCHR, Text("是设备，不是文件", "is a device, not a file")),
    (stat.S_ISBLK, Text("是设备，不是文件", "is a device, not a file")),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files are read: `include` and `exclude` are globs on the relative path, `max_size` is in bytes."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    max_size: int | None = None
    since: datetime | None = None

    def rule(self, relative: str) -> Text | None:
        """The glob that leaves a file out, or None."""
        excluded = path_match(relative, self.exclude)
        if excluded:
            return _excluded(excluded)
        return _NOT_INCLUDED if self.include and not path_match(relative, self.include) else None

    def folder_rule(self, relative: str) -> Text | None:
        """The glob that leaves out everything below a folder, or None."""
        excluded = covers_folder(relative, self.exclude)
        return _excluded(excluded) if excluded else None

    def beyond(self, size: int, modified: float | None) -> Text | None:
        """The limit on size or age that a file is beyond, or None; `modified` is in seconds since 1970."""
        most, since = self.max_size, self.since
        if most is not None and size > most:
            return Text(f"大于 max_size({most} 字节)", f"larger than max_size ({most} bytes)")
        if since is not None and modified is not None and modified < since.timestamp():
            day = f"{since:%Y-%m-%d}"
            return Text(f"自 {day} 起没有改动（modified_within）", f"not changed since {day} (modified_within)")
        return None


def _excluded(pattern: str) -> Text:
    return Text(f"被规则排除：{pattern}", f"excluded by {pattern}")


EVERY_FILE = Selection()


class FolderSource(Source):
    """The files below a folder that are selected; `layouts` are those of fixed-width files."""

    kind = AssetKind.FILE

    def __init__(self, id_: str, root: Path, selection: Selection = EVERY_FILE, layouts: Layouts = ()) -> None:
        self.id = id_
        self.root = root
        self._selection = selection
        self._layouts = layouts

    def assets(self) -> Iterator[Asset | Coverage]:
        if not os.path.isdir(self.root):
            yield failed(self.id, ROOT_NAME, self._no_root())
            return
        yield from self._walk("")

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:
        path = real(self.root, asset.name)
        yield from readings(path, self.id, asset.name, sampling, kind=self.kind, layouts=self._layouts)

    def state(self, asset: Asset) -> State | None:
        path = real(self.root, asset.name)
        try:
            status = path.lstat()
        except OSError:
            return None
        # What it holds may have changed with them.
        together = any(os.path.lexists(path.with_name(name)) for name in _read_with(path.name))
        return _state(status) if stat.S_ISREG(status.st_mode) and not together else None

    def still(self, asset: Asset) -> bool:
        return self.state(asset) == asset.state

    def blocks(self, asset: Asset) -> Iterator[bytes] | None:
        small = asset.size is not None and asset.size <= HASHED
        return _blocks(real(self.root, asset.name)) if small else None

    def grants(self) -> Iterator[Grant | Coverage]:
        if not supported():
            yield failed(
                self.id, ROOT_NAME, Text("此系统上无法读取文件权限", "file rights cannot be read on this system")
            )
            return
        for asset in self.assets():
            if isinstance(asset, Coverage):
                continue
            try:
                yield from file_grants(real(self.root, asset.name), self.root, self.id, asset.name)
            except OSError as error:
                reason = unreadable(error)
                yield failed(self.id, asset.name, Text(f"文件权限：{reason.zh}", f"file rights: {reason.en}"))

    def rule(self, relative: str) -> Text | None:
        """The rule that leaves a file out, or None."""
        return self._selection.rule(relative)

    def link(self, relative: str, target: Path, *, inside: bool) -> Asset | Coverage:
        """What becomes of a symbolic link to an existing file or folder.

        It is listed, and read where it points to if at all.
        """
        if inside:
            reason = Text("符号链接，目标按其自身路径读取", "is a symbolic link; its target is read under its own path")
        else:
            reason = Text("符号链接指向来源之外，未跟随", "is a symbolic link out of the source, not followed")
        return skipped(self.id, shown(relative), reason, size=target.stat().st_size)

    def _no_root(self) -> Text:
        try:
            self.root.stat()
        except FileNotFoundError:
            return Absent(
                "文件夹不存在:请检查 audit.yaml 中的 url,并确认共享已挂载",
                "the folder does not exist: check its url in audit.yaml and that the share is mounted",
            )
        except OSError as error:
            return unreadable(error)
        return Text("不是文件夹：请检查 audit.yaml 中的 url", "is not a folder: check its url in audit.yaml")

    def _walk(self, folder: str) -> Iterator[Asset | Coverage]:
        try:
            with os.scandir(self.root / folder) as found:
                names = sorted((entry.name for entry in found), key=os.fsencode)
        except OSError as error:
            yield failed(self.id, f"{shown(folder)}/" if folder else ROOT_NAME, unreadable(error))
            return
        for name in names:
            relative = f"{folder}/{name}" if folder else name
            try:
                status = (self.root / relative).lstat()
                if stat.S_ISDIR(status.st_mode):
                    yield from self._folder(relative)
                else:
                    yield self._entry(relative, status)
            except OSError as error:
                yield failed(self.id, shown(relative), unreadable(error))

    def _folder(self, relative: str) -> Iterator[Asset | Coverage]:
        reason = self._selection.folder_rule(relative)
        if reason:
            yield skipped(self.id, f"{shown(relative)}/", reason)
        else:
            yield from self._walk(relative)

    def _entry(self, relative: str, status: os.stat_result) -> Asset | Coverage:
        name = shown(relative)
        rule = self.rule(relative)
        if rule:
            return skipped(self.id, name, rule, size=status.st_size)
        if stat.S_ISLNK(status.st_mode):
            return self._link(relative)
        other = next((text for test, text in _OTHER_KINDS if test(status.st_mode)), None)
        if other:
            return skipped(self.id, name, other)
        beyond = self._selection.beyond(status.st_size, status.st_mtime)
        if beyond:
            return skipped(self.id, name, beyond, size=status.st_size)
        return replace(file_asset(self.root / relative, self.id, name, self.kind), state=_state(status))

    def _link(self, relative: str) -> Asset | Coverage:
        target = Path(os.path.realpath(self.root / relative))
        if not target.exists():
            reason = Text("符号链接的目标不存在", "is a symbolic link to nothing")
            return skipped(self.id, shown(relative), reason)
        return self.link(relative, target, inside=target.is_relative_to(os.path.realpath(self.root)))


def _state(status: os.stat_result) -> State:
    """Whoever sets the time of a change back changes the inode, and whoever puts another file in its place has another one."""
    mark = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
    return State(mark, max(status.st_mtime, status.st_ctime), skew_of(status.st_dev))


def _read_with(name: str) -> Iterator[str]:
    """The names of what is read together with a file where it lies beside it."""
    yield from (f"{name}{suffix}" for suffix in _JOURNALS)
    yield from names_before(name)
    yield from names_after(name)


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        stream = open_regular(path)
    except InspectionError as error:
        raise StreamError(error.what) from None
    with stream:
        while block := stream.read(BLOCK):
            yield block
