"""An SFTP drop as an outbound feed: the files that lie on somebody's server, read over SSH in full."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.ssh import Login, Session, Stream, passing, why
from pii_audit.sources.format.files import readings_of
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.globs import covers_folder
from pii_audit.sources.interface import ROOT_NAME, Absent, Reading, Sampling, failed, skipped
from pii_audit.sources.reading import NoReading, unreadable

if TYPE_CHECKING:
    from paramiko import SFTPAttributes, SFTPClient


class SftpSource(OutboxSource):
    """The files below a folder of an SFTP server, over one connection."""

    def __init__(
        self,
        id_: str,
        login: Login,
        selection: Selection = EVERY_FILE,
        layouts: Layouts = (),
        *,
        ignore: Sequence[str] = (),
    ) -> None:
        super().__init__(id_, Path(login.folder), selection, layouts, ignore=ignore)
        self._session = Session(login)

    def assets(self) -> Iterator[Asset | Coverage]:
        yield from (one for one, _ in self._listed())

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:  # noqa: ARG002 - what leaves is read in full
        try:
            with closing(self._session.connected().open(self._session.path(asset.name), "rb")) as file:
                stream = Stream(file)
                kind = kind_of(stream.head)
                vouched = self.vouch(asset.name) if kind is not None and kind.encrypted else None
                if vouched is not None:
                    yield asset, NoReading(skipped(self.id, asset.name, vouched, size=asset.size))
                    return
                yield from readings_of(cast("BinaryIO", stream), asset, layouts=self._layouts)
        except Refused as error:
            yield asset, NoReading.failed(self.id, asset.name, error.what, size=asset.size)
        except Exception as error:  # noqa: BLE001 - paramiko's errors have no common root
            yield asset, NoReading.failed(self.id, asset.name, why(error), size=asset.size)

    def close(self) -> None:
        self._session.close()

    def grants(self) -> Iterator[Grant | Coverage]:
        """What the mode bits give to everybody who can log in; whom users and groups stand for only the server knows."""
        for one, open_to_all in self._listed():
            if isinstance(one, Asset) and open_to_all:
                path = shlex.quote(f"{self._session.login.folder}/{one.name}")
                opened = f"mode o+r on {one.name}"
                yield Grant("world", one.id, "read", opened, ("world",), closing=(f"chmod o-r {path}",))

    def _listed(self) -> Iterator[tuple[Asset | Coverage, bool]]:
        """Everything there is, and whether everybody on the server may read it."""
        try:
            sftp = self._session.connected()
            yield from self._walked(sftp, "", passing=passing(sftp, self._session.path("")))
        except Refused as error:
            yield failed(self.id, ROOT_NAME, error.what), False
        except FileNotFoundError:
            what = Absent("服务器上没有这个文件夹:请检查 url", "there is no such folder on the server: check the url")
            yield failed(self.id, ROOT_NAME, what), False
        except Exception as error:  # noqa: BLE001 - as above
            yield failed(self.id, ROOT_NAME, why(error)), False

    def _walked(self, sftp: SFTPClient, folder: str, *, passing: bool) -> Iterator[tuple[Asset | Coverage, bool]]:
        try:
            entries = sorted(sftp.listdir_attr(self._session.path(shown(folder))), key=lambda one: one.filename)
        except OSError as error:
            if not folder:
                raise
            yield failed(self.id, f"{shown(folder)}/", unreadable(error)), False
            return
        for one in entries:
            relative = f"{folder}/{one.filename}" if folder else one.filename
            mode = one.st_mode or 0
            if stat.S_ISDIR(mode):
                excluded = covers_folder(relative, self._selection.exclude)
                if excluded:
                    reason = Text(f"被规则排除：{excluded}", f"excluded by {excluded}")
                    yield skipped(self.id, f"{shown(relative)}/", reason), False
                else:
                    yield from self._walked(sftp, relative, passing=passing and bool(mode & stat.S_IXOTH))
            else:
                yield self._file(relative, one), passing and bool(mode & stat.S_IROTH)

    def _file(self, relative: str, entry: SFTPAttributes) -> Asset | Coverage:
        name, mode = shown(relative), entry.st_mode or 0
        rule = self.rule(relative)
        if rule:
            return skipped(self.id, name, rule, size=entry.st_size)
        if stat.S_ISLNK(mode):
            reason = Text(
                "符号链接，内容未读取：请放入文件本身", "is a symbolic link and was not read: put the file itself there"
            )
            return failed(self.id, name, reason)
        if not stat.S_ISREG(mode):
            return skipped(self.id, name, Text("不是文件", "is no file"))
        changed = datetime.fromtimestamp(entry.st_mtime, UTC) if entry.st_mtime else None
        return Asset(self.id, name, AssetKind.FEED, size=entry.st_size, modified=changed)
