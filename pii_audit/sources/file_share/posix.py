"""Who may read a file by POSIX owner, group and mode bits (IEEE Std 1003.1, section 4.7: file access permissions)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pii_audit.model.grant import Grant
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


@dataclass(frozen=True, slots=True)
class _Class:
    """One of the three classes of the mode: its letter, principal, and who of a folder's classes it falls under."""

    letter: str
    principal: str
    note: str
    read: int
    write: int


def file_grants(path: Path, root: Path, source: str, name: str, *, place: str | None = None) -> Iterator[Grant]:
    """The effective rights on one file, `name` being its asset; raises OSError.

    The grants name their `place` where one is given, such as a database file; of the files of a share the mode bit alone
    opens the way, and is one thing to mend however many there are.

    A right is effective where every folder between the root (itself left out: its path is the mount's business) and the
    file lets that class through.
    """
    status = path.stat()
    folders = [(folder, (root / folder).stat()) for folder in _folders(path.relative_to(root))]
    if place is None:
        place = ""
    user, group = user_name(status.st_uid), group_name(status.st_gid)
    classes = (
        _Class("u", f"user:{user}", _unknown("uid", user), stat.S_IRUSR, stat.S_IWUSR),
        _Class("g", f"group:{group}", _unknown("gid", group), stat.S_IRGRP, stat.S_IWGRP),
        _Class("o", WORLD, "", stat.S_IROTH, stat.S_IWOTH),
    )
    for one in classes:
        steps = [_step(one.letter, folder, of, status) for folder, of in folders]
        if None in steps:
            continue
        through = tuple(step for step in steps if step)
        for bit, letter, privilege in ((one.read, "r", "read"), (one.write, "w", "write")):
            if status.st_mode & bit:
                path_steps = (
                    one.principal,
                    *((one.note,) if one.note else ()),
                    *through,
                    f"{one.letter}+{letter} {shown(path.name)}",
                )
                yield Grant(
                    one.principal,
                    f"{source}:{name}",
                    privilege,
                    f"mode {one.letter}+{letter} {place}".rstrip(),
                    path_steps,
                )


def _folders(relative: Path) -> list[Path]:
    return [folder for folder in reversed(relative.parents) if folder.parts]


def _named(folder: Path) -> str:
    return f"{shown(folder.as_posix())}/"


def _unknown(kind: str, name: str | None) -> str:
    return f"{kind} {name[1:]} has no account" if name and name.startswith("#") else ""


def _step(letter: str, folder: Path, of: os.stat_result, file: os.stat_result) -> str | None:
    """How a class of the file passes a folder, None where it does not.

    The owner of the file may be in the folder's group or not: either bit lets the owner through, so that no path is
    missed.
    """
    mode = of.st_mode
    if letter == "u" and file.st_uid == 0:
        return f"{_named(folder)} (root)"
    bits = {"o": stat.S_IXOTH}
    if letter == "u":
        bits = {"u": stat.S_IXUSR} if of.st_uid == file.st_uid else {"g": stat.S_IXGRP, "o": stat.S_IXOTH}
    elif letter == "g" and of.st_gid == file.st_gid:
        bits = {"g": stat.S_IXGRP}
    passed = next((name for name, bit in bits.items() if mode & bit), None)
    return f"{_named(folder)} {passed}+x" if passed else None
