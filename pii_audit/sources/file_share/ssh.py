"""SFTP servers: whom they are known by, how to log in, and files read over one connection."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pii_audit.language import Text
from pii_audit.sources.file_share.names import spelled
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.interface import Absent
from pii_audit.sources.reading import StreamError, unreadable

if TYPE_CHECKING:
    from paramiko import Message, SFTPClient, SFTPFile, SSHClient

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
        try:
            parts = urlsplit(url)
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


class Session:
    """A login that is opened when it is needed, and anew where it has ended."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._client: SSHClient | None = None
        self._sftp: SFTPClient | None = None

    def path(self, name: str) -> bytes:
        """What the server calls a file that is shown under that name; names are bytes, of whatever encoding."""
        path = PurePosixPath(self.login.folder, spelled(name))
        return str(path).encode("utf-8", "surrogateescape")

    def connected(self) -> SFTPClient:
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
        login, client = self.login, paramiko.SSHClient()
        try:
            if login.known_hosts is not None:
                client.load_host_keys(str(login.known_hosts))
            else:
                client.load_system_host_keys()
        except (OSError, paramiko.SSHException):
            raise Refused(Text("known_hosts 文件无法读取", "the file known_hosts cannot be read")) from None
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

    def close(self) -> None:
        """Logs out."""
        if self._client is not None:
            self._client.close()
        self._client = self._sftp = None

    def __getstate__(self) -> dict[str, object]:
        """A process of its own logs in by itself."""
        return {**self.__dict__, "_client": None, "_sftp": None}


def passing(sftp: SFTPClient, folder: bytes) -> bool:
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


class LostError(StreamError):
    """The connection ended while a file was read."""


class Stream:
    """An SFTP file read in windows of many requests each, so that memory stays bounded and the line is kept busy.

    What paramiko raises while it reads becomes an OSError in words.
    """

    def __init__(self, file: SFTPFile, at: int = 0) -> None:
        self._file = file
        # Its thread that sends the requests would die with a traceback when the server goes away; the reader is told anyway.
        send = file._prefetch_thread  # noqa: SLF001 - there is no other place for it
        file._prefetch_thread = lambda *requests: _quietly(send, *requests)  # noqa: SLF001 - as above
        self._size = file.stat().st_size or 0
        self._at = at
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

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def _next(self) -> memoryview:
        ends = min(self._size, self._at + WINDOW)
        requests = [(at, min(REQUEST, ends - at)) for at in range(self._at, ends, REQUEST)]
        try:
            data = b"".join(self._file.readv(requests)) if requests else b""
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the file, not of the connection
            raise LostError(why(error)) from None
        self._at += len(data)
        self._window = memoryview(data)
        return self._window


def _quietly(work: Callable[..., object], *arguments: object) -> None:
    with suppress(Exception):
        work(*arguments)


def why(error: Exception) -> Text:
    """Why a server did not let itself be read, without anything that stands in the URL."""
    import paramiko  # noqa: PLC0415 - a scan loads what it reads

    if isinstance(error, StreamError):
        return error.what
    if isinstance(error, paramiko.BadHostKeyException):
        return Text(
            "服务器的主机密钥与已知的不同，未连接：确认后更新 known_hosts",
            "the server's host key is another than the known one; nothing was sent: find out why, then update known_hosts",
        )
    if isinstance(error, paramiko.AuthenticationException):
        return Text("服务器拒绝登录：检查用户、密码或密钥", "the server refuses the login: check user, password or key")
    if isinstance(error, paramiko.SSHException) and "not found in known_hosts" in str(error):
        return Text(
            "服务器的主机密钥未知，未连接：核对后写入 known_hosts(ssh-keyscan)",
            "the server's host key is not known; nothing was sent: check it and enter it in known_hosts (ssh-keyscan)",
        )
    if isinstance(error, FileNotFoundError | PermissionError):
        return unreadable(error)
    kind = Absent if isinstance(error, OSError) else Text
    return kind(
        "连接不上 SFTP 服务器,或连接中断:检查 url,并确认服务在运行",
        "the SFTP server cannot be reached, or went away: check the url and that it is running",
    )
