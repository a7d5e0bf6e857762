"""An SFTP drop as an outbound feed: the files that lie on somebody's server, read over SSH in full."""

from __future__ import annotations

import logging
import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.outbox import OutboxSource
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import real, shown
from pii_audit.sources.format.files import readings_of
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.kinds import kind_of
from pii_audit.sources.globs import covers_folder
from pii_audit.sources.interface import ROOT_NAME, Reading, Sampling, failed, skipped
from pii_audit.sources.reading import NoReading, StreamError, unreadable

if TYPE_CHECKING:
    from paramiko import Message, SFTPAttributes, SFTPClient, SFTPFile, SSHClient

PORT = 22
SECONDS = 15
HEAD = 4096
"""Bytes by which an encrypted file is told."""
REQUEST = 32_768
"""Bytes of one request, which every server grants (draft-ietf-secsh-filexfer-02, section 3)."""
WINDOW = 4 << 20
"""Bytes that are asked for at once."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where to log in and how: by password, by the key file `identity`, else by an agent and the usual keys."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    folder: str
    known_hosts: Path | None = None
    identity: Path | None = None

    @classmethod
    def of(cls, url: str, root: Path, known_hosts: str | None, identity: str | None) -> Login | None:
        """That of a URL (draft-ietf-secsh-scp-sftp-ssh-uri); None where it names no host."""
        parts = urlsplit(url)
        try:
            port = parts.port or PORT
        except ValueError:
            return None
        if not parts.hostname:
            return None
        return cls(
            parts.hostname,
            port,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            unquote(parts.path) or ".",
            root / known_hosts if known_hosts else None,
            root / identity if identity else None,
        )


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
        self._login = login
        self._client: SSHClient | None = None
        self._sftp: SFTPClient | None = None

    def assets(self) -> Iterator[Asset | Coverage]:
        yield from (one for one, _ in self._listed())

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:  # noqa: ARG002 - what leaves is read in full
        try:
            with closing(self._connected().open(self._path(asset.name), "rb")) as file:
                stream = _Stream(file)
                kind = kind_of(stream.head)
                vouched = self.vouch(asset.name) if kind is not None and kind.encrypted else None
                if vouched is not None:
                    yield asset, NoReading(skipped(self.id, asset.name, vouched, size=asset.size))
                    return
                yield from readings_of(cast("BinaryIO", stream), asset, layouts=self._layouts)
        except _Refused as error:
            yield asset, NoReading.failed(self.id, asset.name, error.what, size=asset.size)
        except Exception as error:  # noqa: BLE001 - paramiko's errors have no common root
            yield asset, NoReading.failed(self.id, asset.name, _why(error), size=asset.size)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._sftp = None

    def __getstate__(self) -> dict[str, object]:
        """A process of its own logs in by itself."""
        return {**self.__dict__, "_client": None, "_sftp": None}

    def grants(self) -> Iterator[Grant | Coverage]:
        """What the mode bits give to everybody who can log in; whom users and groups stand for only the server knows."""
        for one, open_to_all in self._listed():
            if isinstance(one, Asset) and open_to_all:
                path = shlex.quote(f"{self._login.folder}/{one.name}")
                opened = f"mode o+r on {one.name}"
                yield Grant("world", one.id, "read", opened, ("world",), closing=(f"chmod o-r {path}",))

    def _listed(self) -> Iterator[tuple[Asset | Coverage, bool]]:
        """Everything there is, and whether everybody on the server may read it."""
        try:
            sftp = self._connected()
            yield from self._walked(sftp, "", passing=_passing(sftp, self._path("")))
        except _Refused as error:
            yield failed(self.id, ROOT_NAME, error.what), False
        except FileNotFoundError:
            what = Text("服务器上没有这个文件夹:请检查 url", "there is no such folder on the server: check the url")
            yield failed(self.id, ROOT_NAME, what), False
        except Exception as error:  # noqa: BLE001 - as above
            yield failed(self.id, ROOT_NAME, _why(error)), False

    def _walked(self, sftp: SFTPClient, folder: str, *, passing: bool) -> Iterator[tuple[Asset | Coverage, bool]]:
        try:
            entries = sorted(sftp.listdir_attr(self._path(shown(folder))), key=lambda one: one.filename)
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
                    reason = Text(f"被规则排除:{excluded}", f"excluded by {excluded}")
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
                "符号链接,内容未读取:请放入文件本身", "is a symbolic link and was not read: put the file itself there"
            )
            return failed(self.id, name, reason)
        if not stat.S_ISREG(mode):
            return skipped(self.id, name, Text("不是文件", "is no file"))
        changed = datetime.fromtimestamp(entry.st_mtime, UTC) if entry.st_mtime else None
        return Asset(self.id, name, AssetKind.FEED, size=entry.st_size, modified=changed)

    def _path(self, name: str) -> bytes:
        """What the server calls a file; names are bytes, of whatever encoding."""
        path = real(Path(self._login.folder), name) if name else Path(self._login.folder)
        return path.as_posix().encode("utf-8", "surrogateescape")

    def _connected(self) -> SFTPClient:
        """The session, opened anew where there is none or it has ended; raises what paramiko raises."""
        transport = self._client.get_transport() if self._client is not None else None
        if self._sftp is None or transport is None or not transport.is_active():
            self.close()
            self._client = self._logged_in()
            self._sftp = _with_any_names(self._client.open_sftp())
        return self._sftp

    def _logged_in(self) -> SSHClient:
        """A connection to the server, whose key has to be known."""
        import paramiko  # noqa: PLC0415 - a scan loads what it reads

        # What goes wrong is in the ledger; tracebacks of the transport's thread are for nobody.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
        login, client = self._login, paramiko.SSHClient()
        try:
            if login.known_hosts is not None:
                client.load_host_keys(str(login.known_hosts))
            else:
                client.load_system_host_keys()
        except (OSError, paramiko.SSHException):
            raise _Refused(Text("known_hosts 文件无法读取", "the file known_hosts cannot be read")) from None
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            login.host,
            login.port,
            login.user,
            login.password,
            key_filename=str(login.identity) if login.identity else None,
            look_for_keys=login.password is None and login.identity is None,
            allow_agent=login.password is None and login.identity is None,
            timeout=SECONDS,
            banner_timeout=SECONDS,
            auth_timeout=SECONDS,
        )
        return client


def _passing(sftp: SFTPClient, folder: bytes) -> bool:
    """Whether everybody may pass through the folder and those above it, as far as they can be asked about."""
    whole = sftp.normalize(folder)
    for one in (whole, *map(str, PurePosixPath(whole).parents)):
        try:
            mode = sftp.stat(one.encode("utf-8", "surrogateescape")).st_mode
        except OSError:
            continue  # outside of what this account sees
        if mode is not None and not mode & stat.S_IXOTH:
            return False
    return True


def _with_any_names(sftp: SFTPClient) -> SFTPClient:
    """The session with names as the server has them; the package takes all for UTF-8, and fails at one that is not."""
    request = sftp._request  # noqa: SLF001 - there is no other place for it

    def tolerant(*words: object) -> tuple[object, Message]:
        kind, message = request(*words)
        message.get_text = lambda: message.get_string().decode("utf-8", "surrogateescape")
        return kind, message

    sftp._request = tolerant  # noqa: SLF001 - as above
    return sftp


class _Refused(Exception):  # noqa: N818 - never leaves this module: becomes a ledger row
    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


class _Stream:
    """An SFTP file read in windows of many requests each, so that memory stays bounded and the line is kept busy.

    What paramiko raises while it reads becomes an OSError in words.
    """

    def __init__(self, file: SFTPFile) -> None:
        self._file = file
        # Its thread that sends the requests would die with a traceback when the server goes away; the reader is told anyway.
        send = file._prefetch_thread  # noqa: SLF001 - there is no other place for it
        file._prefetch_thread = lambda *requests: _quietly(send, *requests)  # noqa: SLF001 - as above
        self._size = file.stat().st_size or 0
        self._at = 0
        self._window = memoryview(b"")
        self.head = b""
        self.head = bytes(self._next()[:HEAD])

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""
        parts: list[bytes] = []
        left = size if size >= 0 else self._size
        while left > 0:
            window = self._window or self._next()
            if not window:
                break
            parts.append(bytes(window[:left]))
            self._window = window[left:]
            left -= len(parts[-1])
        return b"".join(parts)

    def _next(self) -> memoryview:
        ends = min(self._size, self._at + WINDOW)
        requests = [(at, min(REQUEST, ends - at)) for at in range(self._at, ends, REQUEST)]
        try:
            data = b"".join(self._file.readv(requests)) if requests else b""
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the file, not of the connection
            raise StreamError(_why(error)) from None
        self._at += len(data)
        self._window = memoryview(data)
        return self._window


def _quietly(work: Callable[..., object], *arguments: object) -> None:
    with suppress(Exception):
        work(*arguments)


def _why(error: Exception) -> Text:
    """Why a server did not let itself be read, without anything that stands in the URL."""
    import paramiko  # noqa: PLC0415 - a scan loads what it reads

    if isinstance(error, paramiko.BadHostKeyException):
        return Text(
            "服务器的主机密钥与已知的不同,未连接:确认后更新 known_hosts",
            "the server's host key is another than the known one; nothing was sent: find out why, then update known_hosts",
        )
    if isinstance(error, paramiko.AuthenticationException):
        return Text("服务器拒绝登录:检查用户、密码或密钥", "the server refuses the login: check user, password or key")
    if isinstance(error, paramiko.SSHException) and "not found in known_hosts" in str(error):
        return Text(
            "服务器的主机密钥未知,未连接:核对后写入 known_hosts(ssh-keyscan)",
            "the server's host key is not known; nothing was sent: check it and enter it in known_hosts (ssh-keyscan)",
        )
    if isinstance(error, FileNotFoundError | PermissionError):
        return unreadable(error)
    return Text(
        "连接不上 SFTP 服务器,或连接中断:检查 url,并确认服务在运行",
        "the SFTP server cannot be reached, or went away: check the url and that it is running",
    )
