"""Who may read a file by POSIX owner, group and mode bits (IEEE Std 1003.1, section 4.7), and by access control lists."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.acl import PASS, READ, WRITE, AccessList, Named, access_list
from pii_audit.sources.file_share.names import shown

WORLD = "world"


def supported() -> bool:
    """Whether this system has owners and mode bits."""
    return os.name == "posix"


@lru_cache(maxsize=4096)
def user_name(uid: int) -> str | None:
    """The account of a user id, `#1234` where the system knows none; None on systems without user ids."""
    if not supported():
        return None
    import pwd  # noqa: PLC0415 - exists on POSIX alone

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


@lru_cache(maxsize=4096)
def group_name(gid: int) -> str | None:
    """The same for a group id."""
    if not supported():
        return None
    import grp  # noqa: PLC0415 - exists on POSIX alone

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return f"#{gid}"


def group_numbers(uid: int, asked: int) -> frozenset[int]:
    """The groups of a user as far as this system knows them; of an account that it does not know, any that is `asked`."""
    name = user_name(uid)
    if name is None or name.startswith("#"):
        return frozenset({asked})
    import pwd  # noqa: PLC0415 - exists on POSIX alone

    return frozenset(os.getgrouplist(name, pwd.getpwuid(uid).pw_gid))


@dataclass(frozen=True, slots=True)
class _Class:
    """One of the three classes of the mode: its letter, principal, and who of a folder's classes it falls under."""

    letter: str
    principal: str
    note: str
    read: int
    write: int


@dataclass(frozen=True, slots=True)
class _Step:
    """A folder on the way, with its status and its access control list."""

    folder: Path
    status: os.stat_result
    acl: AccessList | None


def file_grants(path: Path, root: Path, source: str, name: str, *, place: str | None = None) -> Iterator[Grant]:
    """The effective rights on one file by its mode and its access control list, `name` being its asset; raises OSError.

    The grants name their `place` where one is given, such as a database file; of the files of a share the mode bit alone
    opens the way, and is one thing to mend however many there are.

    A right is effective where every folder between the root (itself left out: its path is the mount's business) and the
    file lets that class through.
    """
    status, acl = path.stat(), access_list(path)
    steps = [
        _Step(folder, (root / folder).stat(), access_list(root / folder)) for folder in _folders(path.relative_to(root))
    ]
    way = _Way(path, f"{source}:{name}", place or "", steps, listed=acl is not None)
    yield from _by_mode(way, status, acl)
    for one in acl.named if acl else ():
        yield from way.named(one)


def _by_mode(way: _Way, status: os.stat_result, acl: AccessList | None) -> Iterator[Grant]:
    user, group = user_name(status.st_uid), group_name(status.st_gid)
    classes = (
        _Class("u", f"user:{user}", _unknown("uid", user), stat.S_IRUSR, stat.S_IWUSR),
        _Class("g", f"group:{group}", _unknown("gid", group), stat.S_IRGRP, stat.S_IWGRP),
        _Class("o", WORLD, "", stat.S_IROTH, stat.S_IWOTH),
    )
    mode = status.st_mode if acl is None else (status.st_mode & ~stat.S_IRWXG) | acl.group << 3
    for one in classes:
        through = [_step(one.letter, step, status) for step in way.steps]
        if None in through:
            continue
        for bit, letter, privilege in ((one.read, "r", "read"), (one.write, "w", "write")):
            if mode & bit:
                notes = (one.note,) if one.note else ()
                passed = (*notes, *(step for step in through if step), f"{one.letter}+{letter} {shown(way.path.name)}")
                number = status.st_gid if one.letter == "g" else None
                wider = one.letter != "u" and way.wider("group", number)
                opened = f"mode {one.letter}+{letter}"
                yield way.grant(one.principal, privilege, opened, passed, way.chmod(one, letter), wider=wider)


@dataclass(frozen=True, slots=True)
class _Way:
    """The way to one file; `listed` says that it has an access control list."""

    path: Path
    asset: str
    place: str
    steps: Sequence[_Step]
    listed: bool

    def wider(self, kind: str, number: int | None) -> bool:
        """Whether the folder in which the file lies is not listed to a user or group, or to anybody; not known of the root."""
        return bool(self.steps) and not _lists(self.steps[-1], kind, number)

    def grant(
        self, principal: str, privilege: str, opened_by: str, steps: Sequence[str], closing: str, *, wider: bool
    ) -> Grant:
        return Grant(
            principal,
            self.asset,
            privilege,
            f"{opened_by} {self.place}".rstrip(),
            (principal, *steps),
            closing=(closing,),
            wider=wider,
        )

    def chmod(self, one: _Class, letter: str) -> str:
        """The command that takes a bit from a class; with a list, the group's bit shows its mask."""
        path = shlex.quote(shown(self.path.as_posix()))
        if self.listed and one.letter == "g":
            return f"setfacl -m g::--- -- {path}"
        return f"chmod {one.letter}-{letter} -- {path}"

    def named(self, one: Named) -> Iterator[Grant]:
        """The rights of a user or group whom the list names."""
        called = user_name(one.number) if one.kind == "user" else group_name(one.number)
        principal = f"{one.kind}:{called}"
        through = [_listed_step(one, step) for step in self.steps]
        if None in through:
            return
        note = _unknown("uid" if one.kind == "user" else "gid", called)
        for bit, letter, privilege in ((READ, "r", "read"), (WRITE, "w", "write")):
            if one.bits & bit:
                passed = (*((note,) if note else ()), *filter(None, through), f"acl {letter} {shown(self.path.name)}")
                who = f"{one.kind[0]}:{called.removeprefix('#') if called else one.number}"
                closing = f"setfacl -x {shlex.quote(who)} -- {shlex.quote(shown(self.path.as_posix()))}"
                wider = self.wider(one.kind, one.number)
                yield self.grant(principal, privilege, f"acl {letter} {principal}", passed, closing, wider=wider)


def _folders(relative: Path) -> list[Path]:
    return [folder for folder in reversed(relative.parents) if folder.parts]


def _named(folder: Path) -> str:
    return f"{shown(folder.as_posix())}/"


def _unknown(kind: str, name: str | None) -> str:
    return f"{kind} {name[1:]} has no account" if name and name.startswith("#") else ""


def _step(letter: str, step: _Step, file: os.stat_result) -> str | None:
    """How a class of the file passes a folder, None where it does not.

    The owner of the file may be in the folder's group or not: either bit lets the owner through, so that no path is
    missed.
    """
    of = step.status
    mode = of.st_mode if step.acl is None else (of.st_mode & ~stat.S_IRWXG) | step.acl.group << 3
    if letter == "u" and file.st_uid == 0:
        return f"{_named(step.folder)} (root)"
    if step.acl is not None and letter != "o":
        number = file.st_uid if letter == "u" else file.st_gid
        passing = step.acl.passing("user" if letter == "u" else "group", number)
        if passing:
            return f"{_named(step.folder)} acl x"
    bits = {"o": stat.S_IXOTH}
    if letter == "u":
        bits = {"u": stat.S_IXUSR} if of.st_uid == file.st_uid else {"g": stat.S_IXGRP, "o": stat.S_IXOTH}
    elif letter == "g" and of.st_gid == file.st_gid:
        bits = {"g": stat.S_IXGRP}
    passed = next((name for name, bit in bits.items() if mode & bit), None)
    return f"{_named(step.folder)} {passed}+x" if passed else None


def _lists(step: _Step, kind: str, number: int | None) -> bool:
    """Whether a folder is listed to a user or group; to everybody, where there is no number."""
    of, acl = step.status, step.acl
    named = (one.bits for one in acl.named if (one.kind, one.number) == (kind, number)) if acl else iter(())
    bits = next(named, None)
    if bits is not None:
        return bool(bits & READ)
    if kind == "user" and of.st_uid == number:
        return bool(of.st_mode & stat.S_IRUSR)
    group = acl.group & READ if acl else of.st_mode & stat.S_IRGRP
    if group and number is not None:
        inside = of.st_gid == number if kind == "group" else of.st_gid in group_numbers(number, of.st_gid)
        if inside:
            return True
    return bool(of.st_mode & stat.S_IROTH)


def _listed_step(one: Named, step: _Step) -> str | None:
    """How somebody whom a file's list names passes a folder: by its list, as its owner, or by its group."""
    passing = step.acl.passing(one.kind, one.number) if step.acl else None
    if passing is not None:
        return f"{_named(step.folder)} acl x" if passing else None
    of = step.status
    if one.kind == "user" and of.st_uid == one.number:
        return f"{_named(step.folder)} u+x" if of.st_mode & stat.S_IXUSR else None
    group = step.acl.group & PASS if step.acl else of.st_mode & stat.S_IXGRP
    if group and (
        of.st_gid == one.number if one.kind == "group" else of.st_gid in group_numbers(one.number, of.st_gid)
    ):
        return f"{_named(step.folder)} g+x"
    return f"{_named(step.folder)} o+x" if of.st_mode & stat.S_IXOTH else None
