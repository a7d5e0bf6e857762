"""The accounts of this system, by the numbers that files have."""

from __future__ import annotations

import os
from functools import lru_cache


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
