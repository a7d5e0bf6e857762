"""From the entries of an export, in whatever order they come, to the graph of its people and groups."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pii_audit.directory.directory import Directory, Edges, Kind
from pii_audit.directory.ldif import Entry
from pii_audit.directory.sid import BUILTIN, DOMAIN, DOMAIN_USERS, sid_bytes, sid_text
from pii_audit.directory.told import Told
from pii_audit.language import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WANTED = (
    "objectclass", "samaccountname", "samaccounttype", "objectsid", "sidhistory", "primarygroupid", "useraccountcontrol",
    "grouptype", "member", "memberof", "enabled", "groupcategory", "group", "isdeleted",
)  # fmt: skip
"""Attributes that say who somebody is, and columns of PowerShell that do."""
_DISABLED = 0x2
"""ADS_UF_ACCOUNTDISABLE ([MS-ADTS] 2.2.16)."""
_SECURITY = 0x80000000
"""GROUP_TYPE_SECURITY_ENABLED ([MS-ADTS] 2.2.12): the others are lists for mail."""
_PEOPLE = (Kind.USER, Kind.DISABLED)
_GROUPS = frozenset({b"group", b"foreignsecurityprincipal"})
_USERS = frozenset({b"user", b"inetorgperson"})
_SERVICES = frozenset(
    {b"msds-managedserviceaccount", b"msds-groupmanagedserviceaccount", b"msds-delegatedmanagedserviceaccount"}
)
"""Accounts as which programs log in; by their other classes they are computers ([MS-ADSC])."""
_NEITHER = frozenset({b"computer", b"contact"})
_TYPES = {
    0x30000000: b"user", 0x30000001: b"computer", 0x10000000: b"group", 0x20000000: b"group", 0x10000001: b"contact",
    0x20000001: b"contact",
}  # fmt: skip
"""Values of sAMAccountType ([MS-ADTS] 2.2.21); lists for mail give nobody access, as contacts do not."""
_NUMBER, _WORD = re.compile(r"-?[0-9]{1,10}"), 1 << 32
"""Numbers of 32 bits, which LDAP writes with a sign and PowerShell at times without one ([MS-ADTS] 3.1.1.2.2.2)."""
_HEX, _SPACE = re.compile(rb"\\([0-9a-f]{2})"), re.compile(rb" *([,=+]) *")
_SPECIAL = b' "#+,;<=>\\'
"""Characters that are escaped where they stand for themselves (RFC 4514, 2.4)."""


def _unescaped(found: re.Match[bytes]) -> bytes:
    character = bytes((int(found[1], 16),))
    return b"\\" + character if character in _SPECIAL else character


def dn_key(dn: bytes) -> int:
    """What two spellings of one distinguished name have in common (RFC 4514; case and spaces do not matter)."""
    small = dn.lower()
    if not dn.isascii():
        small = dn.decode("utf-8", "surrogateescape").casefold().encode("utf-8", "surrogateescape")
    if b"\\" in small:
        small = _HEX.sub(_unescaped, small)
    if b" ," in small or b", " in small or b"= " in small or b" =" in small:
        small = _SPACE.sub(rb"\1", small)
    return hash(small)


_KEYS_KEPT = 50_000
Pairs = tuple["array[int]", "array[int]"]


def _pairs() -> Pairs:
    return array("i"), array("q")


@dataclass
class Builder:
    """Takes the entries of exports, and gives the directory that they make."""

    names: list[str] = field(default_factory=list)
    kinds: bytearray = field(default_factory=bytearray)
    sids: list[bytes] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    _by_dn: dict[int, int] = field(default_factory=dict)
    _by_sid: dict[int, int] = field(default_factory=dict)
    _by_name: dict[int, int | tuple[int, ...]] = field(default_factory=dict)
    _domain_of: dict[bytes, str] = field(default_factory=dict)
    _foreign: set[int] = field(default_factory=set)
    _keys: dict[bytes, int] = field(default_factory=dict)
    # Memberships as pairs of an entry's number and the hash of what it names, which may come later.
    _members: Pairs = field(default_factory=_pairs)
    _member_of: Pairs = field(default_factory=_pairs)
    _primary: Pairs = field(default_factory=_pairs)
    _listed: dict[str, array[int]] = field(default_factory=dict)
    _earlier: dict[bytes, list[int]] = field(default_factory=dict)

    def add(self, entry: Entry, told: Told) -> None:
        """Takes one entry; what is wrong with it is told."""
        kind = _kind(entry, told)
        if kind is None:
            return
        node = self._node(entry, kind, told)
        if entry.cut_off is not None:
            said = Text("成员分段导出且不完整，缺少其余成员", "members were exported in portions, and some are missing")
            told.at(entry.cut_off, said)
        for pairs, name in ((self._members, "member"), (self._member_of, "memberof")):
            keys = list(map(self._key, entry.values.get(name, ())))
            pairs[0].extend([node] * len(keys))
            pairs[1].extend(keys)
        for group in entry.values.get("group", ()):
            self._listed.setdefault(group.decode("utf-8", "replace").strip(), array("q")).append(node)
        sid = self.sids[node]
        if sid and self.kinds[node] in _PEOPLE:
            number = _number(entry, "primarygroupid", told)
            primary = DOMAIN_USERS if number is None else number
            self._primary[0].append(node)
            self._primary[1].append(hash(sid[:-4] + primary.to_bytes(4, "little")))

    def _key(self, dn: bytes) -> int:
        """The key of a name that others may name as well: groups stand with each of their members."""
        known = self._keys.get(dn)
        if known is None:
            if len(self._keys) > _KEYS_KEPT:
                self._keys.clear()
            known = self._keys[dn] = dn_key(dn)
        return known

    def directory(self) -> Directory:
        """The graph of all that was taken."""
        import numpy as np  # noqa: PLC0415 - start-up must not

        carried = list(self._carried())
        listed = self._of_lists()
        group, found = _looked_up(self._members, self._by_dn)
        away = group[found < 0]
        missing = dict(zip(*(one.tolist() for one in np.unique(away, return_counts=True)), strict=True))
        pairs = [_packed(group, found)]
        for held, table in ((self._member_of, self._by_dn), (self._primary, self._by_sid)):
            node, found = _looked_up(held, table)
            pairs.append(_packed(found, node))
        more = np.array(listed + carried + list(self._strangers(missing)), np.int64).reshape(-1, 2)
        pairs.append(_packed(more[:, 0], more[:, 1]))
        # Names and pairs of a large export fill more memory than the graph that they make.
        self._by_dn.clear()
        self._keys.clear()
        memberships = np.concatenate(pairs)
        pairs.clear()
        memberships = np.unique(memberships)
        holders = (memberships >> _HALF).astype(np.int32)
        members = (memberships & (1 << _HALF) - 1).astype(np.int32)
        order = np.argsort(members, kind="stable")
        return Directory(
            self.names,
            bytes(self.kinds),
            self.sids,
            self.domains,
            self._by_sid,
            self._by_name,
            _edges(holders, members, len(self.names)),
            _edges(members[order], holders[order], len(self.names)),
            missing,
            carried=frozenset(carried),
        )

    def _carried(self) -> Iterator[tuple[int, int]]:
        """Whose SID others still carry from earlier days, and who does: these are let in wherever that one is."""
        for sid, nodes in self._earlier.items():
            owner = self._by_sid.get(hash(sid))
            if owner is None and len(set(nodes)) > 1:
                owner = self._new(sid_text(sid), Kind.GROUP, sid, "")
            if owner is None:
                self._by_sid[hash(sid)] = nodes[0]
                continue
            self._by_sid[hash(sid)] = owner
            self._foreign.discard(owner)
            yield from ((owner, node) for node in dict.fromkeys(nodes) if node != owner)

    def _of_lists(self) -> list[tuple[int, int]]:
        """Memberships of lists of one group's members, which name their group; one that is not among the entries becomes one."""
        found = []
        for name, members in self._listed.items():
            known: int | tuple[int, ...] | None = None
            if "=" in name:
                known = self._by_dn.get(dn_key(name.encode()))
            elif name.upper().startswith("S-1-"):
                known = self._by_sid.get(_hash_of(name))
            else:
                known = self._by_name.get(hash(name.rpartition("\\")[2].casefold()))
            if not isinstance(known, int):
                known = self._new(name, Kind.GROUP, b"", "")
            found += [(known, member) for member in members]
        return found

    def _strangers(self, missing: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Members of other domains: whom another export has, or who are counted as missing."""
        for node in self._foreign:
            sid = self.sids[node]
            real = self._by_sid.get(hash(sid), node)
            if real != node:
                yield node, real
            elif not sid or sid.startswith(DOMAIN):
                missing[node] = 1

    def _node(self, entry: Entry, kind: Kind, told: Told) -> int:
        """The number of an entry; of one that was there before, the one that it has."""
        sid = _sid(entry, told)
        key = dn_key(entry.dn) if entry.dn else None
        node = self._by_dn.get(key) if key is not None else None
        if node is not None and "group" not in entry.values:
            said = Text("同一 dn 出现多次，已合并", "a dn stands there more than once; its entries are taken together")
            told.at(entry.line, said)
        if node is None and key is None and sid:
            node = self._by_sid.get(hash(sid))
        name = _name(entry, sid, told)
        if node is None:
            node = self._new(name, kind, sid, self._domain(entry.dn))
        elif (self.kinds[node], kind) in ((Kind.USER, Kind.DISABLED), (Kind.OTHER, kind)):
            self.kinds[node] = kind
        if key is not None:
            self._by_dn[key] = node
        if sid and not self.sids[node]:
            self.sids[node] = sid
        self._has(node, sid)
        if _is_foreign(entry):
            self._foreign.add(node)
        for value in entry.values.get("sidhistory", ()):
            if earlier := _sid_of(value, "sIDHistory", entry, told):
                self._earlier.setdefault(earlier, []).append(node)
        return node

    def _has(self, node: int, sid: bytes) -> None:
        """Whose a SID is. Groups of the domain controllers themselves have SIDs that mean others on every computer."""
        if sid and not sid.startswith(BUILTIN):
            known = self._by_sid.setdefault(hash(sid), node)
            if known in self._foreign:
                self._by_sid[hash(sid)] = node

    def _new(self, name: str, kind: Kind, sid: bytes, domain: str) -> int:
        node = len(self.names)
        self.names.append(name)
        self.kinds.append(kind)
        self.sids.append(sid)
        self.domains.append(domain)
        if kind is not Kind.OTHER and not sid.startswith(BUILTIN):
            key = hash(name.casefold())
            known = self._by_name.setdefault(key, node)
            if known != node:
                self._by_name[key] = (*(known if isinstance(known, tuple) else (known,)), node)
        return node

    def _domain(self, dn: bytes) -> str:
        """The domain of a distinguished name, `bank.example`; empty where it has none."""
        small = dn.lower()
        at = small.find(b"dc=")
        tail = small[at:] if at >= 0 else b""
        if tail not in self._domain_of:
            parts = (part.strip().partition(b"=") for part in tail.split(b","))
            self._domain_of[tail] = ".".join(
                value.strip().decode("utf-8", "replace") for name, _, value in parts if name.strip() == b"dc"
            )
        return self._domain_of[tail]


def _classes(entry: Entry) -> frozenset[bytes]:
    return _classes_of(tuple(entry.values.get("objectclass", ())))


@lru_cache(maxsize=1024)
def _classes_of(values: tuple[bytes, ...]) -> frozenset[bytes]:
    return frozenset(part.strip().lower() for value in values for part in value.split(b";"))


def _kind(entry: Entry, told: Told) -> Kind | None:
    """What an entry is; None for what nobody is a member of, nor anybody a member in."""
    if entry.text("isdeleted").casefold() == "true":
        return None
    classes = _classes(entry)
    number = _number(entry, "samaccounttype", told)
    if number is not None:
        classes |= {_TYPES.get(number, b"")}
    if not classes:
        if {"member", "grouptype"} & entry.values.keys():
            classes = frozenset({b"group"})
        elif {"samaccountname", "objectsid", "useraccountcontrol"} & entry.values.keys():
            classes = frozenset({b"user"})
            if not {"useraccountcontrol", "primarygroupid", "enabled"} & entry.values.keys():
                told.at(entry.line, Text("缺少 objectClass，按用户处理", "objectClass is missing: taken for a user"))
    if classes & _NEITHER and not classes & _SERVICES:
        return Kind.OTHER
    if classes & _GROUPS:
        mail = entry.text("groupcategory").casefold() == "distribution"
        kind = _number(entry, "grouptype", told)
        mail |= kind is not None and not kind & _SECURITY
        return Kind.OTHER if mail else Kind.GROUP
    if not classes & (_USERS | _SERVICES):
        return None
    disabled = bool((_number(entry, "useraccountcontrol", told) or 0) & _DISABLED)
    return Kind.DISABLED if disabled or entry.text("enabled").casefold() == "false" else Kind.USER


def _number(entry: Entry, name: str, told: Told) -> int | None:
    """A number of 32 bits, without sign; None where there is none, or one that is wrong, which is told."""
    text = entry.text(name)
    number = int(text) if _NUMBER.fullmatch(text) else _WORD
    if -_WORD // 2 <= number < _WORD:
        return number % _WORD
    if text:
        said = Text(f"{name} 不是 32 位整数，未采用", f"{name} is no number of 32 bits, and was not taken")
        told.at(entry.line, said)
    return None


def _is_foreign(entry: Entry) -> bool:
    return b"foreignsecurityprincipal" in _classes(entry)


def _sid(entry: Entry, told: Told) -> bytes:
    """The SID of an entry: as bytes, as text, or as csvde writes bytes; empty where it has none or a wrong one.

    A foreign principal is called by its SID.
    """
    value = next(iter(entry.values.get("objectsid", ())), b"")
    if not value and _is_foreign(entry):
        value = _first_part(entry.dn)
    return _sid_of(value, "objectSid", entry, told)


def _sid_of(value: bytes, name: str, entry: Entry, told: Told) -> bytes:
    """A SID that an attribute of that name gives in any of these ways; empty for one that is none, which is told."""
    try:
        if value[:4].upper() == b"S-1-":
            return sid_bytes(value.decode("ascii"))
        if value[:2].upper() == b"X'":
            value = bytes.fromhex(value[2:].rstrip(b"'").decode("ascii"))
        if value and len(value) == 8 + 4 * value[1]:
            sid_text(value)
            return value
    except (ValueError, IndexError):
        pass
    if value:
        told.at(entry.line, Text(f"{name} 无效，未采用", f"an {name} is none, and was not taken"))
    return b""


def _name(entry: Entry, sid: bytes, told: Told) -> str:
    """What an entry is called: its account name, else its SID, else the first part of its dn."""
    value = next(iter(entry.values.get("samaccountname", ())), b"").strip()
    if not value and sid:
        return sid_text(sid)
    value = value or _first_part(entry.dn)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        said = Text("不是 UTF-8，按 GB 18030 读取", "is not UTF-8, and was read as GB 18030")
        told.at(entry.line, said)
        return value.decode("gb18030", "backslashreplace")


def _first_part(dn: bytes) -> bytes:
    return dn.partition(b",")[0].partition(b"=")[2]


def _hash_of(sid: str) -> int:
    try:
        return hash(sid_bytes(sid))
    except ValueError:
        return 0


def _looked_up(pairs: Pairs, table: dict[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of what pairs name by hashes; -1 where there is no such entry."""
    import numpy as np  # noqa: PLC0415 - as above

    nodes, keys = pairs
    found = np.fromiter((table.get(key, -1) for key in keys), np.int64, len(keys))
    # Millions of them, which are not needed any more.
    del keys[:]
    return np.array(nodes, np.int64), found


_HALF = 32


def _packed(group: NDArray[np.int64], member: NDArray[np.int64]) -> NDArray[np.int64]:
    """Memberships as one number each, of those that both are known."""
    return (group << _HALF | member)[(group >= 0) & (member >= 0)]


def _edges(of: NDArray[np.int32], to: NDArray[np.int32], count: int) -> Edges:
    """The pairs, in the order of the first, as an adjacency list."""
    import numpy as np  # noqa: PLC0415 - as above

    return Edges(np.searchsorted(of, np.arange(count + 1)), to)
