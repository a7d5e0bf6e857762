"""The rights on a MySQL or MariaDB server as its catalog has them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pii_audit.access.mysql_patterns import Hosts, key, parted, specificity
from pii_audit.access.roles import Membership, Roles
from pii_audit.access.routines import Body
from pii_audit.sources.database.mysql_rows import like
from pii_audit.sources.database.names import quoted
from pii_audit.sources.database.session import Session

PUBLIC = "PUBLIC"
ANYBODY = "'%'"
"""Who reaches the server at all, from whatever host."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

_NAME = r"`((?:[^`]|``)+)`"
_TABLE = re.compile(rf"{_NAME}\.{_NAME}(?!\.)(?: {_NAME})?")
_COLUMN = re.compile(rf"(?:{_NAME}\.)?{_NAME}\.{_NAME}")
_PART = r"(?:`([^`]*)`|'([^']*)'|\"([^\"]*)\"|([^\s@,'`\"]+))"
_ROLE = re.compile(rf"{_PART}(?:@{_PART})?")

Place = tuple[str, str]
"""Database and table."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account or a role, with its rights on everything. `host` is a pattern, empty for a role of MariaDB."""

    user: str
    host: str
    role: bool
    default_role: str | None
    rights: frozenset[str]
    grantable: bool
    locked: bool
    open: bool
    expired: bool

    @property
    def key(self) -> str:
        """Its name in the graph."""
        return key(self.user, self.host)

    @property
    def principal(self) -> str:
        """As policies write it: `user:app@%`, `role:teller`, `PUBLIC`, or everybody for an account without a name."""
        if self.role:
            return self.user if self.user == PUBLIC else f"role:{self.key}"
        return f"user:{self.key}" if self.user or self.host in LOCAL else ANYBODY

    @property
    def administers(self) -> bool:
        """Whether it reads everything and may pass that on."""
        return self.grantable and "select" in self.rights

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        if self.user == PUBLIC and not self.host:
            return PUBLIC
        return f"{quoted(self.user, '`')}@{quoted(self.host, '`')}" if self.host else quoted(self.user, "`")


@dataclass(frozen=True, slots=True)
class Entry:
    """Rights that a holder has on a database (a pattern), on a table of it, or on a column of that.

    They were granted to the holder, or to an account of the same name from more hosts.
    """

    holder: str
    grantee: str
    database: str
    rights: frozenset[str]
    table: str | None = None
    column: str | None = None
    grantable: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A view: as whom it reads (None: whoever asks), and which columns of which tables."""

    definer: str | None
    reads: Mapping[Place, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Routine:
    """A procedure or function that runs as its definer; `kind` is the word of GRANT, `callers` maps who may to whom that was granted."""

    database: str
    name: str
    kind: str
    definer: str
    text: str
    callers: Mapping[str, str]


@dataclass(frozen=True)
class Catalog:
    """All of it; `accounts` by their names in the graph, `bodies` by the names of routines in small letters.

    `mandatory` are the roles that every account of MySQL has: nobody was granted them. `lent` maps a role and who may take it on to
    the account of the same name from more hosts that was granted it.
    """

    accounts: Mapping[str, Account]
    graph: Roles
    databases: Mapping[str, tuple[Entry, ...]]
    tables: Mapping[Place, tuple[Entry, ...]] = field(default_factory=dict)
    views: Mapping[Place, View] = field(default_factory=dict)
    routines: tuple[Routine, ...] = ()
    bodies: Mapping[str, tuple[Body, ...]] = field(default_factory=dict)
    mandatory: frozenset[str] = frozenset()
    lent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    mariadb: bool = False
    version: tuple[int, int] = (0, 0)

    @property
    def people(self) -> list[Account]:
        """Accounts that somebody can log in to."""
        return [one for one in self.accounts.values() if not one.role and not one.locked and one.user]

    def held(self, account: Account) -> list[Account]:
        """The account and the roles whose rights it has, at once or by SET ROLE."""
        keys = dict.fromkeys((*self.graph.inherited(account.key), PUBLIC))
        return [self.accounts[one] for one in keys if one in self.accounts]

    def database_entry(self, holder: str, database: str) -> Entry | None:
        """The one entry that counts: of several that fit, that of the most specific host, then of the most specific pattern."""
        fitting = [entry for entry in self.databases.get(holder, ()) if like(entry.database).fullmatch(database)]
        return max(fitting, key=_rank, default=None)


def _rank(entry: Entry) -> tuple[int, int]:
    return specificity(parted(entry.grantee)[1]), specificity(entry.database)


def hosts_of(accounts: Iterable[Account]) -> Hosts:
    """Which of some accounts share in what was granted to others."""
    return Hosts((one.user, one.host) for one in accounts if not one.role)


def read_principals(session: Session) -> Catalog:
    """The accounts, their roles, and their rights on whole databases alone; raises InspectionError."""
    sql = session.engine.queries.sql
    [(said, _)] = session.rows(sql("variables"))
    mariadb, version = "mariadb" in said.lower(), _version(said)
    kind = "" if mariadb else "_mysql"
    # Tables that older servers have not got are not asked for.
    before = (
        "_before_10_4" if mariadb and version < (10, 4) else "_before_8" if not mariadb and version < (8, 0) else ""
    )
    accounts = [
        Account(
            user, host, bool(role), default or None, _rights(rights), bool(grants), bool(locked), bool(free), bool(old)
        )
        for user, host, role, default, rights, grants, locked, free, old in session.rows(sql(f"accounts{kind}{before}"))
    ]
    edges = [] if before == "_before_8" else session.rows(sql(f"memberships{kind}"))
    members = [
        Membership(key(role, role_host), key(user, host), admin=bool(admin))
        for role, role_host, user, host, admin in edges
    ]
    mandatory = frozenset() if mariadb else _mandatory(session)
    granted = {(one.role, one.member) for one in members}
    members += [
        Membership(role, one.key)
        for role in sorted(mandatory)
        for one in accounts
        if one.key != role and (role, one.key) not in granted
    ]
    hosts = hosts_of(accounts)
    held = {(one.role, one.member) for one in members}
    lent = {
        (one.role, member): one.member
        for one in (members if mariadb else ())
        for member in hosts.sharing(one.member)
        if (one.role, member) not in held
    }
    members += [Membership(role, member) for role, member in lent]
    databases: dict[str, list[Entry]] = defaultdict(list)
    for user, host, database, rights, grants in session.rows(sql("acl_databases")):
        # A right of nobody is one of everybody who is let in from that host.
        grantee = key(user, host) if user else ANYBODY
        for holder in (grantee, *(hosts.sharing(grantee) if user else ())):
            databases[holder].append(Entry(holder, grantee, database, _rights(rights), grantable=bool(grants)))
    return Catalog(
        accounts={one.key: one for one in accounts},
        graph=Roles(members),
        mandatory=mandatory,
        lent=lent,
        mariadb=mariadb,
        version=version,
        databases={holder: tuple(found) for holder, found in databases.items()},
    )


def read(session: Session) -> Catalog:
    """The catalog of the session's server; raises InspectionError."""
    sql = session.engine.queries.sql
    principals = read_principals(session)
    hosts = hosts_of(principals.accounts.values())
    tables: dict[Place, list[Entry]] = defaultdict(list)
    for user, host, database, table, rights in session.rows(sql("acl_tables")):
        grantee, held = key(user, host), _rights(rights)
        tables[database, table].append(Entry(grantee, grantee, database, held, table, grantable="grant" in held))
    for user, host, database, table, column, rights in session.rows(sql("acl_columns")):
        grantee = key(user, host)
        tables[database, table].append(Entry(grantee, grantee, database, _rights(rights), table, column))
    bodies: dict[str, list[Body]] = defaultdict(list)
    for name, definer, as_definer, text in session.rows(sql("acl_bodies")):
        bodies[name.casefold()].append(Body(definer.removesuffix("@"), bool(as_definer), text))
    known: frozenset[Place] = frozenset((row[0], row[1]) for row in session.rows(sql("acl_relations")))
    return replace(
        principals,
        tables={place: tuple(_shared(hosts, found)) for place, found in tables.items()},
        views={
            (database, name): View(None if invoker else definer.removesuffix("@"), _columns(text, known))
            for database, name, definer, invoker, text in session.rows(sql("acl_views"))
        },
        routines=tuple(routines(session, hosts)),
        bodies={name: tuple(found) for name, found in bodies.items()},
    )


def _shared(hosts: Hosts, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries of a table, and those that others share in."""
    granted: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        granted[entry.grantee].append(entry)
    for holder, grantee in hosts.most_specific(granted).items():
        yield from (replace(entry, holder=holder) for entry in granted[grantee])


def _mandatory(session: Session) -> frozenset[str]:
    """The roles of mandatory_roles, each with its host or from any (MySQL Reference Manual, 8.2.10)."""
    values = [str(value) for _, value in session.rows(session.engine.queries.sql("mandatory_roles"))]
    found = (_ROLE.finditer(value) for value in values)
    return frozenset(
        key("".join(filter(None, one.groups()[:4])), "".join(filter(None, one.groups()[4:])) or "%")
        for matches in found
        for one in matches
    )


def _version(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text.removeprefix("5.5.5-"))  # which old clients of MariaDB are told first
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _rights(words: str) -> frozenset[str]:
    return frozenset(filter(None, words.split(",")))


def _columns(text: str, known: frozenset[Place]) -> Mapping[Place, frozenset[str]]:
    """What a view reads, from the text in which the server keeps it.

    Tables stand there with their database, perhaps with an alias; columns with both, or with the alias or bare name of theirs.
    """
    found: dict[Place, set[str]] = {}
    named: dict[str, Place] = {}
    for match in _TABLE.finditer(text):
        place = (_plain(match[1]), _plain(match[2]))
        if place in known:
            found[place] = set()
            named[_plain(match[3] or match[2])] = place
    for match in _COLUMN.finditer(text):
        whole = (_plain(match[1]), _plain(match[2])) if match[1] else named.get(_plain(match[2]))
        if whole in found:
            found[whole].add(_plain(match[3]))
    return {place: frozenset(columns) for place, columns in found.items()}


def _plain(name: str) -> str:
    return name.replace("``", "`")


def routines(session: Session, hosts: Hosts) -> Iterator[Routine]:
    """The routines that run as their definer; raises InspectionError."""
    sql = session.engine.queries.sql
    granted: dict[tuple[str, str, str], dict[str, bool]] = defaultdict(dict)
    for user, host, database, name, kind, rights in session.rows(sql("acl_calls")):
        granted[database, name.casefold(), kind][key(user, host)] = "execute" in _rights(rights)
    for database, name, kind, definer, text in session.rows(sql("acl_routines")):
        calls = granted[database, name.casefold(), kind]
        callers = {holder: grantee for holder, grantee in hosts.most_specific(calls).items() if calls[grantee]}
        yield Routine(database, name, kind, definer.removesuffix("@"), text, callers)
