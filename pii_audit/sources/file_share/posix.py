"""Who may read a file by POSIX owner, group and mode bits (IEEE Std 1003.1, section 4.7), and by access control lists.

On NFS the lists of version 4, where there are such, are the whole truth, and the mode only a likeness of them.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.accounts import group_name, group_numbers, user_name
from pii_audit.sources.file_share.acl import PASS, READ, WRITE, AccessList, Named, counting
from pii_audit.sources.file_share.names import shown
from pii_audit.sources.file_share.nfs4_acl import nfs4_list
from pii_audit.sources.file_share.nfs4_rights import nfs4_grants
from pii_audit.sources.file_share.posix_way import Gate, folders, groups_through

WORLD = "world"
_USER = 6
"""How far the owner's bits are shifted in the mode."""


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
    """A folder on the way, with its status, its access control list, and what these ask of whoever passes."""

    folder: Path
    status: os.stat_result
    acl: AccessList | None
    gate: Gate


def file_grants(path: Path, root: Path, source: str, name: str, *, place: str | None = None) -> Iterator[Grant]:
    """The effective rights on one file by its mode and its access control list, `name` being its asset; raises OSError.

    The grants name their `place` where one is given, such as a database file; of the files of a share the mode bit alone
    opens the way, and is one thing to mend however many there are.

    A right is effective where every folder between the root (itself left out: its path is the mount's business) and the
    file lets that class through.
    """
    status = path.stat()
    own = nfs4_list(path)
    if own is not None:
        yield from nfs4_grants(own, path, root, f"{source}:{name}", place or "")
        return
    acl = counting(path, status)
    steps = []
    for folder in folders(path.relative_to(root)):
        of = (root / folder).stat()
        listed = counting(root / folder, of)
        steps.append(_Step(folder, of, listed, _gate(folder.as_posix(), of, listed, PASS)))
    way = _Way(path, f"{source}:{name}", place or "", steps, listed=acl is not None)
    told = set()
    for grant in _by_entries(way, status, acl):
        told.add((grant.principal, grant.privilege))
        yield grant
    for privilege, bit in (("read", READ), ("write", WRITE)):
        if (WORLD, privilege) not in told:
            file = _gate(path.name, status, acl, bit)
            named = {who for who, what in told if what == privilege}
            yield from _by_folders(way, file, privilege, named)
            yield from _by_users(way, file, status, acl, named)


def _by_folders(way: _Way, file: Gate, privilege: str, told: Collection[str]) -> Iterator[Grant]:
    """The rights of groups that the folders let pass, save those of groups that the file itself names."""
    gates = [*(step.gate for step in way.steps), file]
    for groups in groups_through(gates):
        if not any(f"group:{group_name(one)}" in told for one in groups):
            yield way.through(gates, groups, privilege)


def _by_users(
    way: _Way, file: Gate, status: os.stat_result, acl: AccessList | None, told: Collection[str]
) -> Iterator[Grant]:
    """The rights of those whom the folders let pass as their owners or by name, where the file does not name them."""
    users = {step.status.st_uid for step in way.steps}
    users |= {one.number for step in way.steps if step.acl for one in step.acl.named if one.kind == "user"}
    for uid in sorted(users - {0, status.st_uid}):
        principal = f"user:{user_name(uid)}"
        steps = [_user_step(uid, step) for step in way.steps]
        opened = _user_opens(uid, file, status, acl)
        if principal in told or None in steps or opened in (None, "acl"):
            continue
        letter, privilege = ("r", "read") if file.asked == READ else ("w", "write")
        wider = way.wider("user", uid)
        passed = (*filter(None, steps), f"{opened}+{letter} {shown(way.path.name)}")
        yield way.grant(
            principal, privilege, f"mode {opened}+{letter}", passed, way.chmod(opened or "o", letter), wider=wider
        )


def _by_entries(way: _Way, status: os.stat_result, acl: AccessList | None) -> Iterator[Grant]:
    """The rights of those whom the file itself names: its owner, its group, everybody, and the entries of its list."""
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
    mode = _own_mode(status, acl)
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
                yield way.grant(one.principal, privilege, opened, passed, way.chmod(one.letter, letter), wider=wider)


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

    def chmod(self, whose: str, letter: str) -> str:
        """The command that takes a bit from a class; with a list, the group's bit shows its mask."""
        path = shlex.quote(shown(self.path.as_posix()))
        if self.listed and whose == "g":
            return f"setfacl -m g::--- -- {path}"
        return f"chmod {whose}-{letter} -- {path}"

    def through(self, gates: Sequence[Gate], groups: frozenset[int], privilege: str) -> Grant:
        """The right of whoever is in all of some groups, which let him pass where others do not."""
        *folders, file = gates
        letter, opened = "r" if file.asked == READ else "w", file.opens(groups)
        own = next((one for one in file.granting() if one in groups and opened != "o"), None)
        # Else the group of the innermost folder that asks for one.
        needed = (one for gate in reversed(folders) for one in gate.granting() if one in groups)
        first = next(needed, min(groups)) if own is None else own
        principal = f"group:{group_name(first)}"
        steps = [f"only who is also in {group_name(one)}" for one in sorted(groups - {first})]
        steps += [f"{shown(gate.name)}/ {_letters(gate.opens(groups))}" for gate in folders]
        if opened == "acl":
            name = f"acl {letter} {principal}"
            who = f"g:{(group_name(first) or str(first)).removeprefix('#')}"
            closing = f"setfacl -x {shlex.quote(who)} -- {shlex.quote(shown(self.path.as_posix()))}"
        else:
            name = f"mode {opened}+{letter}"
            closing = self.chmod(opened or "o", letter)
        steps.append(f"{name.removeprefix('mode ').removesuffix(f' {principal}')} {shown(self.path.name)}")
        wider = all(self.wider("group", one) for one in groups)
        return self.grant(principal, privilege, name, steps, closing, wider=wider)

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


def _own_mode(status: os.stat_result, acl: AccessList | None) -> int:
    """The mode with what the group itself has, where a list shows its mask in that place."""
    return status.st_mode if acl is None else (status.st_mode & ~stat.S_IRWXG) | acl.group << 3


def _gate(name: str, status: os.stat_result, acl: AccessList | None, asked: int) -> Gate:
    named = {one.number: one.bits for one in acl.named if one.kind == "group"} if acl else {}
    return Gate(name, asked, _own_mode(status, acl), status.st_gid, named)


def _named(folder: Path) -> str:
    return f"{shown(folder.as_posix())}/"


def _letters(opened: str | None) -> str:
    return "acl x" if opened == "acl" else f"{opened}+x"


def _unknown(kind: str, name: str | None) -> str:
    return f"{kind} {name[1:]} has no account" if name and name.startswith("#") else ""


def _step(letter: str, step: _Step, file: os.stat_result) -> str | None:
    """How a class of the file passes a folder, None where it does not."""
    if letter == "u":
        # The owner of the file may be in the folder's groups or not: either lets him through, so that no path is missed.
        return _user_step(file.st_uid, step, known=False)
    opened = step.gate.opens(frozenset({file.st_gid} if letter == "g" else ()))
    return f"{_named(step.folder)} {_letters(opened)}" if opened else None


def _user_step(uid: int, step: _Step, *, known: bool = True) -> str | None:
    """How somebody passes a folder; where his groups are not `known` here, by any of them or by none."""
    opened = _user_opens(uid, step.gate, step.status, step.acl, known=known)
    if opened is None:
        return None
    return f"{_named(step.folder)} {'(root)' if opened == 'root' else _letters(opened)}"


def _user_opens(uid: int, gate: Gate, of: os.stat_result, acl: AccessList | None, *, known: bool = True) -> str | None:
    """By what somebody passes a folder or file: as root, its owner, by name in its list, by his groups, or as one of the others."""
    if uid == 0:
        return "root"
    if uid == of.st_uid:
        return "u" if of.st_mode >> _USER & gate.asked else None
    named = next((one.bits for one in acl.named if (one.kind, one.number) == ("user", uid)), None) if acl else None
    if named is not None:
        return "acl" if named & gate.asked else None
    listed = [number for number in (gate.group, *gate.named) if number is not None]
    name = user_name(uid) or "#"
    if known and not name.startswith("#"):
        return gate.opens(frozenset(number for number in listed if number in group_numbers(uid, number)))
    return next((gate.opens(frozenset({one})) for one in gate.granting()), None) or gate.opens(frozenset())


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
    """How somebody whom a file's list names passes a folder."""
    if one.kind == "user":
        return _user_step(one.number, step)
    opened = step.gate.opens(frozenset({one.number}))
    return f"{_named(step.folder)} {_letters(opened)}" if opened else None
