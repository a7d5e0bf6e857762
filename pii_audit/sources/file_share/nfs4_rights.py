"""Who may read a file on NFS: whom its own list lets in, and those of the folders on the way.

The first entry about somebody decides (RFC 7530, 6.2.1), as it does on Windows, so that the same search finds who gets through.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pii_audit.directory import NOBODY
from pii_audit.directory.sid import ANONYMOUS, AUTHENTICATED, EVERYONE, NETWORK
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.accounts import group_name, user_name
from pii_audit.sources.file_share.acl import counting
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.nfs4_acl import ALLOWS, GIVES, PASS, READ, WRITE, Entry, nfs4_list
from pii_audit.sources.file_share.posix_way import GROUP, OTHER, folders
from pii_audit.sources.file_share.smb_rights import Entry as Deciding
from pii_audit.sources.file_share.smb_rights import named
from pii_audit.sources.file_share.smb_subjects import Subjects

_SPECIAL = {"EVERYONE@": EVERYONE, "AUTHENTICATED@": AUTHENTICATED, "ANONYMOUS@": ANONYMOUS, "NETWORK@": NETWORK}
"""Special names by what they are on Windows (6.2.1.5)."""
_USER = 6
"""How far the owner's bits are shifted in the mode."""
_ASKED = 1
"""The one right that each list is asked for, here for passing and there for reading."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file or folder, its owner and group, and its list; None where it has its mode alone."""

    path: Path
    status: os.stat_result
    entries: Sequence[Entry] | None

    def asked(self, mask: int) -> tuple[Deciding, ...]:
        """The entries about one right, each as whom it is for."""
        if self.entries is None:
            return _of_mode(self.path, self.status, {READ: 4, WRITE: 2, PASS: 1}[mask])
        return tuple(
            Deciding(self.principal(one), _ASKED, one.type == ALLOWS)
            for one in self.entries
            if one.counts and one.mask & mask
        )

    def principal(self, one: Entry) -> str:
        """Whom an entry is for: as policies write it, or its SID where it is everybody of some kind."""
        if one.who in _SPECIAL:
            return _SPECIAL[one.who]
        if one.who == "OWNER@":
            return f"user:{user_name(self.status.st_uid)}"
        if one.who == "GROUP@":
            return f"group:{group_name(self.status.st_gid)}"
        plain = one.who.partition("@")[0] or one.who
        if one.is_group or one.who.endswith("@"):
            return f"group:{group_name(int(plain)) if plain.isdecimal() else one.who}"
        return f"user:{user_name(int(plain)) if plain.isdecimal() else one.who}"

    def closing(self, principal: str, mask: int) -> tuple[str, ...]:
        """The commands that take back what lets somebody in."""
        path = shlex.quote(shown(self.path.as_posix()))
        return tuple(
            f"nfs4_setfacl -x {shlex.quote(one.written())} {path}"
            for one in self.entries or ()
            if one.counts and one.type == ALLOWS and one.mask & mask and self.principal(one) == principal
        )


def nfs4_grants(own: Sequence[Entry], path: Path, root: Path, asset: str, place: str) -> Iterator[Grant]:
    """The rights on a file with this list; raises OSError."""
    file = _Listed(path, path.stat(), own)
    steps = [_Listed(one, (root / one).stat(), nfs4_list(root / one)) for one in folders(path.relative_to(root))]
    subjects = Subjects([step.asked(PASS) for step in steps], NOBODY)
    rights = (("read", READ, "r"), ("write", WRITE, "w"), *(("read", mask, letter) for mask, letter in GIVES.items()))
    for privilege, mask, letter in rights:
        for subject, (entry, *_) in subjects.through(file.asked(mask), _ASKED, 0).items():
            if mask in GIVES and subjects.lets(file.asked(READ), _ASKED, subject):
                continue
            first, *others = map(named, subject)
            kind, _, account = first.partition(":")
            way = (
                first,
                *([f"{'uid' if kind == 'user' else 'gid'} {account[1:]} has no account"] if account[:1] == "#" else ()),
                *(f"only who is also in {other.partition(':')[2] or other}" for other in others),
                *(f"{shown(step.path.as_posix())}/ nfs4 x" for step in steps),
                f"nfs4 {letter} {shown(path.name)}",
            )
            opened = f"nfs4 {letter} {named(entry.sid)} {place}".rstrip()
            wider = bool(steps) and not subjects.lets(steps[-1].asked(READ), _ASKED, subject)
            yield Grant(first, asset, privilege, opened, way, closing=file.closing(entry.sid, mask), wider=wider)


def _of_mode(path: Path, status: os.stat_result, bit: int) -> tuple[Deciding, ...]:
    """What the mode of a folder says of a right, and its POSIX list, as entries of which the first decides."""
    acl = counting(path, status)
    user, group = f"user:{user_name(status.st_uid)}", f"group:{group_name(status.st_gid)}"
    found = [Deciding(user, _ASKED, bool(status.st_mode >> _USER & bit))]
    users = [one for one in acl.named if one.kind == "user"] if acl else []
    groups = [(f"group:{group_name(one.number)}", one.bits) for one in acl.named if one.kind == "group"] if acl else []
    groups.append((group, acl.group if acl else status.st_mode >> GROUP))
    found += [Deciding(f"user:{user_name(one.number)}", _ASKED, bool(one.bits & bit)) for one in users]
    # Of somebody's groups one that lets him in is enough.
    found += sorted((Deciding(who, _ASKED, bool(bits & bit)) for who, bits in groups), key=lambda one: not one.allows)
    return (*found, Deciding(EVERYONE, _ASKED, bool(status.st_mode >> OTHER & bit)))
