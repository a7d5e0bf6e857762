"""Files on an SFTP server: walked in name order, one folder's names in memory at a time, with the rights of their mode bits."""

from __future__ import annotations

import re
import shlex
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.local import EVERY_FILE, Selection
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.posix_way import Gate, groups_through
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.remote import Entry, Part, RemoteShare
from pii_audit.sources.file_share.ssh import Login, LostError, Session, Stream, why
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.interface import ROOT_NAME, Absent, failed, skipped

if TYPE_CHECKING:
    from paramiko import SFTPAttributes, SFTPClient

_LONG = re.compile(r"[-a-z][-a-zA-Z]{9}[.+@]?\s+\d+\s+(\S+)\s+(\S+)\s")
"""A line of `ls -l`, as OpenSSH sends it with each name."""
_PASS = {"u": stat.S_IXUSR, "g": stat.S_IXGRP, "o": stat.S_IXOTH}
_BITS = (
    ("r", "read", (stat.S_IRUSR, stat.S_IRGRP, stat.S_IROTH)),
    ("w", "write", (stat.S_IWUSR, stat.S_IWGRP, stat.S_IWOTH)),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file or folder with its attributes; `name` is the relative path of a folder, the whole one above the share.

    `called` is what the server calls its group.
    """

    name: str
    mode: int
    user: int | None
    group: int | None
    called: str

    def gate(self, asked: int) -> Gate:
        """What it asks of whoever passes, reads or writes."""
        return Gate(self.name, asked, self.mode, self.group)


class SftpShare(RemoteShare):
    """The files below a folder of an SFTP server."""

    def __init__(self, id_: str, login: Login, selection: Selection = EVERY_FILE, layouts: Layouts = ()) -> None:
        super().__init__(id_, selection, layouts)
        self._session = Session(login)

    def entries(self) -> Iterator[Entry | Coverage]:
        yield from (one for one, _, _ in self._walked("", ()))

    def file(self, relative: str) -> Callable[[int], Part]:
        return _File(self._session, relative)

    def listed(self, relative: str) -> Entry | None:
        try:
            found = self._entry(relative, self._session.connected().lstat(self._session.path(shown(relative))))
        except FileNotFoundError:
            return None
        return found if isinstance(found, Entry) else None

    def grants(self) -> Iterator[Grant | Coverage]:
        """What the mode bits give, through all folders on the way; who is in a group only the server knows."""
        try:
            way = self._above()
            for entry, attributes, folders in self._walked("", way):
                one = self.judged(entry) if isinstance(entry, Entry) else entry
                if isinstance(one, Asset) and attributes is not None:
                    yield from self._rights(one, attributes, folders)
        except Exception as error:  # noqa: BLE001 - paramiko's errors have no common root
            reason = self.explained(error)
            yield failed(self.id, ROOT_NAME, Text(f"文件权限：{reason.zh}", f"file rights: {reason.en}"))

    def lost(self, error: Exception) -> bool:
        import paramiko  # noqa: PLC0415 - a scan loads what it reads

        # A refused login is not tried again: accounts are locked after some.
        if isinstance(error, paramiko.AuthenticationException | paramiko.BadHostKeyException):
            return False
        if isinstance(error, OSError):
            return isinstance(error, LostError | ConnectionError | TimeoutError) or error.errno is None
        return isinstance(error, paramiko.SSHException | EOFError) and "known_hosts" not in str(error)

    def why(self, error: Exception) -> Text:
        return why(error)

    def close(self) -> None:
        self._session.close()

    def _walked(
        self, folder: str, way: tuple[_Seen, ...]
    ) -> Iterator[tuple[Entry | Coverage, SFTPAttributes | None, tuple[_Seen, ...]]]:
        """Everything below a folder, with its attributes and the folders on the way."""
        try:
            found = sorted(self._folder(folder), key=lambda one: one.filename)
        except OSError as error:
            if not folder:
                raise self._no_root() if isinstance(error, FileNotFoundError) else error from None
            yield failed(self.id, f"{shown(folder)}/", self.explained(error)), None, way
            return
        for one in found:
            relative = f"{folder}/{one.filename}" if folder else one.filename
            mode = one.st_mode or 0
            if not stat.S_ISDIR(mode):
                yield self._entry(relative, one), one, way
                continue
            rule = self._selection.folder_rule(relative)
            if rule:
                yield skipped(self.id, f"{shown(relative)}/", rule), None, way
            else:
                yield from self._walked(relative, (*way, _Seen(relative, mode, one.st_uid, one.st_gid, _names(one)[1])))

    def _folder(self, folder: str) -> list[SFTPAttributes]:
        """What lies in a folder; a connection that was lost is made anew once."""
        path = self._session.path(shown(folder))
        try:
            return self._session.connected().listdir_attr(path)  # type: ignore[no-any-return]
        except Exception as error:
            if not self.lost(error):
                raise
            self._session.close()
            return self._session.connected().listdir_attr(path)  # type: ignore[no-any-return]

    def _entry(self, relative: str, attributes: SFTPAttributes) -> Entry | Coverage:
        mode, size = attributes.st_mode or 0, attributes.st_size or 0
        rule = self._selection.rule(relative)
        if not rule and stat.S_ISLNK(mode):
            rule = Text("符号链接，未跟随", "is a symbolic link, not followed")
        elif not rule and not stat.S_ISREG(mode):
            return skipped(self.id, shown(relative), Text("不是文件", "is no file"))
        if rule:
            return skipped(self.id, shown(relative), rule, size=size)
        changed = attributes.st_mtime
        mark = None if changed is None else f"{size} {changed}"
        return Entry(relative, size, changed, _names(attributes)[0], mark, changed)

    def _above(self) -> tuple[_Seen, ...]:
        """The shared folder and those above it, as far as this account sees them."""
        sftp: SFTPClient = self._session.connected()
        try:
            whole = PurePosixPath(sftp.normalize(self._session.path("")))
        except FileNotFoundError:
            raise self._no_root() from None
        seen = []
        for folder in (*reversed(whole.parents), whole):
            try:
                of = sftp.stat(str(folder).encode("utf-8", "surrogateescape"))
            except OSError:
                continue
            if of.st_mode is not None:
                seen.append(_Seen(str(folder), of.st_mode, of.st_uid, of.st_gid, f"#{of.st_gid}"))
        return tuple(seen)

    def _rights(self, asset: Asset, of: SFTPAttributes, way: tuple[_Seen, ...]) -> Iterator[Grant]:
        user, group = _names(of)
        file = _Seen(asset.name, of.st_mode or 0, of.st_uid, of.st_gid, group)
        path = shlex.quote(f"{self._session.login.folder.rstrip('/')}/{asset.name}")
        told = set()
        for place, (letter, principal) in enumerate((("u", f"user:{user}"), ("g", f"group:{group}"), ("o", "world"))):
            steps = [_step(letter, folder, file) for folder in way]
            if None in steps:
                continue
            for bit, privilege, masks in _BITS:
                if file.mode & masks[place]:
                    opened = f"mode {letter}+{bit}"
                    passed = (principal, *filter(None, steps), f"{letter}+{bit} {PurePosixPath(asset.name).name}")
                    wider = not _lists(letter, way[-1], file) if way else False
                    closing = (f"chmod {letter}-{bit} -- {path}",)
                    told.add((principal, privilege))
                    yield Grant(principal, asset.id, privilege, opened, passed, closing=closing, wider=wider)

        for bit, privilege, _ in _BITS:
            if ("world", privilege) not in told:
                yield from self._by_folders(asset, file, way, bit, privilege, path, told)

    @staticmethod
    def _by_folders(
        asset: Asset,
        file: _Seen,
        way: tuple[_Seen, ...],
        bit: str,
        privilege: str,
        path: str,
        told: Collection[tuple[str, str]],
    ) -> Iterator[Grant]:
        """The rights of groups that folders let pass, save that of the file's own."""
        gates = [
            *(folder.gate(stat.S_IXOTH) for folder in way),
            file.gate(stat.S_IROTH if bit == "r" else stat.S_IWOTH),
        ]
        # The name that a listing gives comes after the number that a folder above the share has.
        called = {one.group: one.called for one in (*way, file) if one.group is not None}
        for groups in groups_through(gates):
            letter = gates[-1].opens(groups) or "o"
            own = file.group if letter == "g" and file.group is not None else None
            first = min(groups) if own is None else own
            principal = f"group:{called[first]}"
            if (principal, privilege) not in told:
                opened = f"mode {letter}+{bit}"
                steps = [f"only who is also in {called[one]}" for one in sorted(groups - {first})]
                steps += [f"{shown(gate.name).rstrip('/')}/ {gate.opens(groups)}+x" for gate in gates[:-1]]
                passed = (principal, *steps, f"{letter}+{bit} {PurePosixPath(asset.name).name}")
                wider = bool(way) and not any(way[-1].gate(stat.S_IROTH).opens(frozenset({one})) for one in groups)
                closing = (f"chmod {letter}-{bit} -- {path}",)
                yield Grant(principal, asset.id, privilege, opened, passed, closing=closing, wider=wider)

    @staticmethod
    def _no_root() -> Refused:
        return Refused(
            Absent("服务器上没有这个文件夹:请检查 url", "there is no such folder on the server: check the url")
        )


class _File:
    """A file from some byte on; from the second time on only while it has the size and time that it had."""

    def __init__(self, session: Session, relative: str) -> None:
        self._session, self._path = session, session.path(shown(relative))
        self._was: tuple[object, object] | None = None

    def __call__(self, at: int) -> Part:
        file = self._session.connected().open(self._path, "rb")
        of = file.stat()
        now = (of.st_size, of.st_mtime)
        if self._was not in (None, now):
            file.close()
            raise Refused(
                Text(
                    "读取期间被修改，只读到修改之前的部分", "changed while it was read; only what came before was read"
                )
            )
        self._was = now
        return Stream(file, at)


def _names(of: SFTPAttributes) -> tuple[str, str]:
    """Owner and group as the server calls them, else by their numbers."""
    found = _LONG.match(getattr(of, "longname", "") or "")
    user, group = found.groups() if found else (str(of.st_uid), str(of.st_gid))
    return f"#{user}" if user.isdigit() else shown(user), f"#{group}" if group.isdigit() else shown(group)


def _classes(letter: str, folder: _Seen, file: _Seen) -> str:
    """The classes of a folder that a class of the file may fall under, as in `posix`."""
    if letter == "u":
        return "u" if folder.user == file.user else "go"
    if letter == "g":
        return "g" if folder.group == file.group else "o"
    return "o"


def _step(letter: str, folder: _Seen, file: _Seen) -> str | None:
    """How a class of the file passes a folder, None where it does not."""
    if letter == "u" and file.user == 0:
        return f"{shown(folder.name)}/ (root)"
    passed = next((one for one in _classes(letter, folder, file) if folder.mode & _PASS[one]), None)
    return f"{shown(folder.name).rstrip('/')}/ {passed}+x" if passed else None


def _lists(letter: str, folder: _Seen, file: _Seen) -> bool:
    """Whether the folder of a file is listed to one of its classes."""
    if letter == "u":
        return True
    masks = {"g": stat.S_IRGRP, "o": stat.S_IROTH}
    return any(folder.mode & masks[one] for one in _classes(letter, folder, file))
