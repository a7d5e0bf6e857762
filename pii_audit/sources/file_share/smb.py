"""Files on an SMB server (Windows, Samba, NAS): walked in name order, one folder's names in memory at a time."""

from __future__ import annotations

import errno
import logging
import stat as modes
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pii_audit.directory import NOBODY, Directory
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import shown, spelled
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.remote import Entry, Part, RemoteShare
from pii_audit.sources.file_share.smb_readers import Layer, Readers
from pii_audit.sources.file_share.smb_rights import AccessList, descriptor, entries, owner
from pii_audit.sources.file_share.smb_share import Asked
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.interface import ROOT_NAME, Absent, failed, skipped, strangers
from pii_audit.sources.reading import unreadable

if TYPE_CHECKING:
    from smbclient import SMBDirEntry
    from smbclient._io import SMBFileIO

PORT = 445
SECONDS = 15
_SURROGATE = 0x20000000
"""Bit of a reparse tag that stands for another place, of links and junctions ([MS-FSCC] 2.1.2.1)."""
_AWAY = 0x1000 | 0x400000
"""Attributes of a file that lies on slower storage: OFFLINE, RECALL_ON_DATA_ACCESS ([MS-FSCC] 2.6)."""
_DENIED, _NO_SHARE, _IN_USE = 0xC0000022, 0xC00000CC, 0xC0000043
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
_LOGIN = frozenset({0xC000006A, 0xC000006D, 0xC000006E, 0xC0000071, 0xC0000072, 0xC0000193, 0xC0000224, 0xC0000234})
"""Answers to a login that is refused: name or password, restricted, expired, disabled, locked ([MS-ERREF] 2.3.1)."""
_ENDED = frozenset({0xC00000C9, 0xC000020C, 0xC0000203, 0xC0000128, 0xC000035C})
"""Answers of a connection or session that has ended."""


@dataclass(frozen=True, slots=True)
class Place:
    r"""A share, or a folder below it, and as whom to log in; `user` may be `DOMAIN\user`."""

    host: str
    port: int
    share: str
    folder: str
    user: str | None
    password: str | None = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Place | None:
        """That of `smb://DOMAIN;USER:PASSWORD@HOST/SHARE/PATH`; None where it names no host or share."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORT
        except ValueError:
            return None
        share, _, folder = unquote(parts.path).strip("/").partition("/")
        if not parts.hostname or not share or parts.query:
            return None
        return cls(
            parts.hostname,
            port,
            share,
            folder,
            unquote(parts.username).replace(";", "\\", 1) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


class SmbShare(RemoteShare):
    """The files below a share or one of its folders, over one connection."""

    def __init__(
        self,
        id_: str,
        place: Place,
        selection: Selection = EVERY_FILE,
        layouts: Layouts = (),
        share_rights: Path | None = None,
    ) -> None:
        super().__init__(id_, selection, layouts)
        self._place = place
        self._share_rights = share_rights
        self._connections: dict[str, Any] = {}

    def entries(self) -> Iterator[Entry | Coverage]:
        yield from self._walked("")

    def file(self, relative: str) -> Callable[[int], Part]:
        return _File(self._path(relative), self._login)

    def listed(self, relative: str) -> Entry | None:
        from smbclient import scandir  # noqa: PLC0415 - a scan loads what it reads

        folder, _, name = relative.rpartition("/")
        there = map(_Found.of, scandir(self._path(folder), name, **self._login()))
        found = next((self._entry(relative, one) for one in there if one.name == name), None)
        return found if isinstance(found, Entry) else None

    def grants(self, directory: Directory = NOBODY) -> Iterator[Grant | Coverage]:
        """Whom both the files' own access lists and the rights of the share let in, with what a directory knows of groups."""
        alike: dict[AccessList, dict[str | None, list[Asset]]] = defaultdict(lambda: defaultdict(list))
        for one in self.assets():
            if isinstance(one, Asset):
                try:
                    data = self._descriptor(self._path(spelled(one.name)))
                    alike[entries(data)][owner(data)].append(one)
                except Exception as error:  # noqa: BLE001 - one file of many; `why` knows it
                    yield self._untold(one, error)
        if not alike:
            return
        if directory and not directory.by_sid:
            said = Text(
                "目录导出中没有 objectSid：NTFS 权限以 SID 指名，无法对应到人",
                "the directory export holds no objectSid: NTFS rights name SIDs, and cannot be told of anybody",
            )
            yield failed(self.id, ROOT_NAME, said)
        layers: list[Layer] = []
        place = self._place
        asked = Asked(self.id, place.host, place.share, self._login, self.explained, self._share_rights)
        for found in asked.layers(directory):
            if isinstance(found, Layer):
                layers.append(found)
            else:
                yield found
        readers = Readers(layers, directory)
        for listed, owned in alike.items():
            ways = list(readers.ways(listed, sum(map(len, owned.values()))))
            for sid, files in owned.items():
                more = readers.owned(listed, sid, len(files)) if sid else ()
                mine = [*ways, *more]
                for one in files:
                    path = shown(self._path(spelled(one.name)))
                    yield from (way.grant(one.id, path) for way in mine)
        yield from (strangers(self.id, group, count) for group, count in readers.outside.items())

    def _untold(self, one: Asset, error: Exception) -> Coverage:
        reason = self.explained(error)
        return failed(self.id, one.name, Text(f"文件权限：{reason.zh}", f"file rights: {reason.en}"))

    def _descriptor(self, path: str) -> bytes:
        from smbclient import open_file  # noqa: PLC0415 - a scan loads what it reads
        from smbprotocol.open import FilePipePrinterAccessMask  # noqa: PLC0415 - as above

        asked = FilePipePrinterAccessMask.READ_CONTROL
        file = open_file(path, "rb", buffering=0, share_access="rwd", desired_access=asked, **self._login())
        with closing(_Part(file)):
            return descriptor(file)

    def lost(self, error: Exception) -> bool:
        from smbprotocol.exceptions import SMBConnectionClosed, SMBOSError  # noqa: PLC0415 - a scan loads what it reads

        if isinstance(error, SMBOSError):
            return error.ntstatus in _ENDED
        # The package says in a ValueError that it could not connect.
        return isinstance(error, SMBConnectionClosed | OSError | ValueError) and not isinstance(error, UnicodeError)

    def why(self, error: Exception) -> Text:
        return _why(error)

    def close(self) -> None:
        if self._connections:
            from smbclient import reset_connection_cache  # noqa: PLC0415 - a scan loads what it reads

            reset_connection_cache(fail_on_error=False, connection_cache=self._connections)
        self._connections = {}

    def __getstate__(self) -> dict[str, object]:
        """A process of its own logs in by itself."""
        return {**self.__dict__, "_connections": {}}

    def _login(self) -> dict[str, Any]:
        # What goes wrong is in the ledger.
        for name in ("smbprotocol", "smbclient", "spnego"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        place = self._place
        return {
            "username": place.user,
            "password": place.password,
            "port": place.port,
            "connection_timeout": SECONDS,
            "connection_cache": self._connections,
        }

    def _path(self, relative: str) -> str:
        place = self._place
        below = "/".join(filter(None, (place.folder, relative))).replace("/", "\\")
        return f"\\\\{place.host}\\{place.share}\\{below}".rstrip("\\")

    def _walked(self, folder: str) -> Iterator[Entry | Coverage]:
        try:
            found = self._listed(folder)
        except Exception as error:  # noqa: BLE001 - one folder of many; `why` knows it
            if not folder:
                raise self._no_root(error) from None
            yield failed(self.id, f"{shown(folder)}/", self.explained(error))
            return
        for one in found:
            relative = f"{folder}/{one.name}" if folder else one.name
            if not one.folder or one.link:
                yield self._entry(relative, one)
                continue
            rule = self._selection.folder_rule(relative)
            if rule:
                yield skipped(self.id, f"{shown(relative)}/", rule)
            else:
                yield from self._walked(relative)

    def _listed(self, folder: str) -> list[_Found]:
        """What lies in a folder; a connection that was lost is made anew once."""
        from smbclient import scandir  # noqa: PLC0415 - a scan loads what it reads

        path = self._path(folder)
        try:
            return sorted(map(_Found.of, scandir(path, **self._login())), key=lambda one: one.name)
        except Exception as error:
            if not self.lost(error):
                raise
            self.close()
            return sorted(map(_Found.of, scandir(path, **self._login())), key=lambda one: one.name)

    def _entry(self, relative: str, one: _Found) -> Entry | Coverage:
        rule = self._selection.rule(relative)
        if not rule and one.link:
            rule = Text("链接（重解析点），未跟随", "is a link (reparse point), not followed")
        if rule:
            return skipped(self.id, shown(relative), rule, size=one.size)
        if one.away:
            reason = Text(
                "存放在离线存储上，未读取以免触发回迁",
                "lies on offline storage and was not read, which would recall it",
            )
            return failed(self.id, shown(relative), reason, size=one.size)
        return Entry(relative, one.size, one.modified, None, one.mark, max(one.modified, one.changed))

    @staticmethod
    def _no_root(error: Exception) -> Exception:
        if getattr(error, "ntstatus", None) == _NO_SHARE or getattr(error, "errno", None) in _MISSING:
            return Refused(
                Text(
                    "服务器上没有这个共享或文件夹：请检查 url",
                    "there is no such share or folder on the server: check the url",
                )
            )
        return error


@dataclass(frozen=True, slots=True)
class _Found:
    """One entry of a folder, as its server lists it."""

    name: str
    size: int
    modified: float
    changed: float
    number: int
    folder: bool
    link: bool
    away: bool

    @property
    def mark(self) -> str:
        """Whoever sets the time of the last write back changes that of the last change ([MS-FSCC] 2.4.19), save with Samba, where both are one."""
        return f"{self.size} {self.modified} {self.changed} {self.number}"

    @classmethod
    def of(cls, entry: SMBDirEntry) -> _Found:
        info = entry.smb_info
        attributes = info.file_attributes
        # Of a reparse point, the tag stands where else the size of its extended attributes does ([MS-FSCC] 2.4.19).
        link = bool(attributes & modes.FILE_ATTRIBUTE_REPARSE_POINT and info.ea_size & _SURROGATE)
        return cls(
            info.file_name,
            info.end_of_file,
            info.last_write_time.timestamp(),
            info.change_time.timestamp(),
            info.file_id,
            bool(attributes & modes.FILE_ATTRIBUTE_DIRECTORY),
            link,
            bool(attributes & _AWAY),
        )


class _File:
    """A file from some byte on; from the second time on only while it has the size and time that it had."""

    def __init__(self, path: str, login: Callable[[], dict[str, Any]]) -> None:
        self._path, self._login = path, login
        self._was: tuple[object, object] | None = None

    def __call__(self, at: int) -> Part:
        from smbclient import open_file  # noqa: PLC0415 - a scan loads what it reads

        # Others may go on writing, renaming and deleting.
        file = open_file(self._path, mode="rb", buffering=0, share_access="rwd", **self._login())
        now = (file.fd.end_of_file, file.fd.last_write_time)
        if self._was not in (None, now):
            file.close()
            raise Refused(
                Text(
                    "读取期间被修改，只读到修改之前的部分", "changed while it was read; only what came before was read"
                )
            )
        self._was = now
        file.seek(at)
        return _Part(file)


class _Part:
    """An open file; one whose connection was lost is let go of without a word to the server."""

    def __init__(self, file: SMBFileIO) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        data: bytes | None = self._file.read(size)
        return data or b""

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            # Else the package warns of it when it is collected.
            self._file.fd._connected = False  # noqa: SLF001 - there is no other place for it


def _why(error: Exception) -> Text:
    """Why a server did not let itself be read, without anything that stands in the URL."""
    from smbprotocol.exceptions import SMBAuthenticationError, SMBOSError  # noqa: PLC0415 - a scan loads what it reads

    status = error.ntstatus if isinstance(error, SMBOSError) else None
    if status in _LOGIN or isinstance(error, SMBAuthenticationError):
        return Text(
            "服务器拒绝登录：检查用户、域和密码", "the server refuses the login: check user, domain and password"
        )
    if status == _DENIED:
        return unreadable(PermissionError())
    if status == _IN_USE:
        return Text("正被其他程序独占，未读取", "is held by another program and was not read")
    if isinstance(error, SMBOSError) and error.errno in _MISSING:
        return unreadable(FileNotFoundError())
    if status is not None and status not in _ENDED:
        return Text(f"服务器返回错误 {status:#010x}", f"the server answered with the error {status:#010x}")
    if isinstance(error, UnicodeError):
        return Text("文件夹中有无法解码的名称", "a name in the folder cannot be decoded")
    kind = Absent if isinstance(error, OSError | ValueError) and status is None else Text
    return kind(
        "连接不上 SMB 服务器,或连接中断:检查 url,并确认服务在运行",
        "the SMB server cannot be reached, or went away: check the url and that it is running",
    )
