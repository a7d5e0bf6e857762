"""Effective rights on a MySQL or MariaDB server, worked out from its catalog alone.

A right counts on everything, on databases by pattern, on a table or on a column, as held by the account itself, by a role that it
was granted (one at a time in MariaDB, by default or by SET ROLE), or by PUBLIC (MariaDB Knowledge Base, GRANT; Roles overview).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from pii_audit.access.mysql_catalog import ANYBODY, LOCAL, PUBLIC, Account, Catalog, Place, Routine, read
from pii_audit.access.mysql_moving import Moving
from pii_audit.access.mysql_reading import Reading
from pii_audit.access.opening import Opening
from pii_audit.access.roles import Path
from pii_audit.access.routines import Texts
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.grant import Grant
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.database.session import Session

EVERYBODY = Account(
    "", "%", role=False, default_role=None, rights=frozenset(), grantable=False, locked=False, open=False, expired=False
)
"""Who a right of nobody is held by: whoever is let in."""
PRIVILEGES = ("select", "insert", "update", "delete")


def grants(session: Session, source: str, assets: frozenset[str]) -> Iterator[Grant | Coverage]:
    """Who reaches these assets of the session's server, and a ledger row for routines that may open more; raises InspectionError."""
    catalog = read(session)
    hidden = sum(body.text is None for bodies in catalog.bodies.values() for body in bodies)
    if hidden:
        said = Text(
            f"有 {hidden} 个过程或函数的内容不可见，无法得知它们开放哪些表：请授予 SHOW_ROUTINE(MySQL)或 mysql.proc 的 SELECT(MariaDB)",
            f"the text of {hidden} routine(s) may not be seen, so that which tables they open is not known: "
            "grant SHOW_ROUTINE (MySQL) or SELECT on mysql.proc (MariaDB)",
        )
        yield Coverage(source, "", CoverageStatus.FAILED, said)
    yield from Effective(catalog, source, {split(asset): asset for asset in assets})


@dataclass(frozen=True, slots=True)
class Context:
    """What an account holds with one of its roles: each holder with the memberships that lead to it."""

    ways: Mapping[str, Path]
    role: str | None = None
    by_default: bool = True


class Effective:
    """Iterates over the rights on some tables, one for each principal and each grant that opens a way."""

    def __init__(self, catalog: Catalog, source: str, assets: Mapping[Place, str]) -> None:
        self._catalog = catalog
        self._source = source
        self._assets = assets
        self._reading = Reading(catalog)
        self._moving = Moving(catalog, self._reading)

    def __iter__(self) -> Iterator[Grant]:
        if ANYBODY in self._catalog.databases:
            yield from self._of(EVERYBODY, [Context({ANYBODY: (ANYBODY,)})])
        for account in self._catalog.accounts.values():
            if account.role or not account.locked:
                yield from self._of(account, self._contexts(account))

    def _of(self, account: Account, contexts: Iterable[Context]) -> Iterator[Grant]:
        told: set[tuple[str, str | None, str, str]] = set()
        for context in contexts:
            for grant in self._found(account, context):
                key = (grant.asset, grant.field, grant.privilege, grant.opened_by)
                if key not in told:
                    told.add(key)
                    yield from self._also_anybody(account, grant)

    def _contexts(self, account: Account) -> list[Context]:
        public = {PUBLIC: (account.key, PUBLIC)} if PUBLIC in self._catalog.accounts else {}
        anybody = {} if account.role else {ANYBODY: (account.key, ANYBODY)}
        alone = {account.key: (account.key,)}
        if account.role:
            own = dict(self._catalog.graph.inherited(account.key))
            return [Context(own if account.key == PUBLIC else {**public, **own})]
        contexts = [Context({**anybody, **public, **alone})]
        if account.administers:
            return contexts  # a role gives an administrator nothing
        for one in self._catalog.graph.memberships:
            if one.member == account.key:
                ways = {holder: (account.key, *way) for holder, way in self._catalog.graph.inherited(one.role).items()}
                default = account.default_role == one.role.partition("@")[0]
                contexts.append(Context({**anybody, **public, **alone, **ways}, one.role, default))
        return contexts

    def _also_anybody(self, account: Account, grant: Grant) -> Iterator[Grant]:
        """The grant, and that of everybody where the account wants no password from other hosts."""
        yield grant
        if account.open and account.user and account.host not in LOCAL:
            yield Grant(
                ANYBODY,
                grant.asset,
                grant.privilege,
                f"CREATE USER {account.key} without a password",
                (ANYBODY, *grant.path),
                grant.field,
                grant.grantable,
                (f"ALTER USER {account.sql} ACCOUNT LOCK",),
            )

    def _found(self, account: Account, context: Context) -> Iterator[Grant]:
        for place, asset in self._assets.items():
            if self._reading.readable(place, context.ways):
                yield from self._on(account, context, place, asset)
        for place, shown in self._exposing.items():
            if not self._reading.readable(place, context.ways):
                continue
            for opening in self._openings(place, context):
                if opening.privilege in ("select", "all") and not self._said_of_all(account, place, opening):
                    yield from self._through(account, context, place, opening, shown)
        for routine, assets in self._routines:
            yield from self._calls(account, context, routine, assets)

    def _on(self, account: Account, context: Context, place: Place, asset: str) -> Iterator[Grant]:
        reads = False
        for opening in self._openings(place, context):
            reads |= opening.privilege == "select"
            if not self._said_of_all(account, place, opening):
                yield self._grant(account, context, asset, opening)
        for opening in self._exporting(context) if reads else ():
            yield self._grant(account, context, asset, opening)
        if landing := self._moving.landing(place, context.ways):
            for opening in self._openings(place, context, ("alter",)):
                taken = replace(opening, privilege="select", column=None)
                yield self._grant(account, context, asset, taken, (f"RENAME TABLE into {landing}",))

    def _exporting(self, context: Context) -> Iterator[Opening]:
        """The right to write what is read to the server's disk (SELECT … INTO OUTFILE)."""
        for holder in context.ways:
            held = self._catalog.accounts.get(holder)
            if held is not None and "file" in held.rights:
                closing = (f"REVOKE FILE ON *.* FROM {held.sql}",)
                yield Opening(holder, "export", f"GRANT FILE ON *.* TO {holder}", closing)

    def _said_of_all(self, account: Account, place: Place, opening: Opening) -> bool:
        """Whether everybody goes this way already, so that it need not be told of each."""
        everybody = opening.grantee in (PUBLIC, ANYBODY) and account.principal not in (PUBLIC, ANYBODY)
        return everybody and self._reading.readable(place, {opening.grantee})

    def _grant(
        self,
        account: Account,
        context: Context,
        asset: str,
        opening: Opening,
        more: Path = (),
        column: str | None = None,
    ) -> Grant:
        passing = tuple(
            f"REVOKE ADMIN OPTION FOR {self._sql(role)} FROM {self._member(role, member)}"
            for role, member in self._catalog.graph.passed_on(context.ways[opening.grantee])
        )
        return Grant(
            account.principal,
            f"{self._source}:{asset}",
            opening.privilege,
            opening.opened_by,
            (*self._steps(context, opening.grantee), *more),
            column or opening.column,
            (opening.grantable or bool(passing)) and not more,
            opening.closing,
            self._leaving(context, opening.grantee),
            () if more else (*opening.withholding, *passing),
            () if account.role else (f"ALTER USER {account.sql} ACCOUNT LOCK",),
        )

    def _through(
        self, account: Account, context: Context, view: Place, opening: Opening, shown: Mapping[Place, frozenset[str]]
    ) -> Iterator[Grant]:
        """What a view shows of a table that is closed otherwise."""
        through = (f"view {qualified(*view)}",)
        for place, columns in shown.items():
            for column in sorted(columns):
                if not self._reading.reads(place, frozenset({column}), context.ways):
                    yield self._grant(account, context, self._assets[place], opening, through, column)

    def _calls(
        self, account: Account, context: Context, routine: Routine, assets: Mapping[Place, str]
    ) -> Iterator[Grant]:
        name = f"{routine.kind} {routine.database}.{routine.name}"
        target = f"{routine.kind} {quoted(routine.database, '`')}.{quoted(routine.name, '`')}"
        callers = [
            (holder, f"GRANT EXECUTE ON {name} TO {grantee}", f"REVOKE EXECUTE ON {target} FROM {self._sql(grantee)}")
            for holder, grantee in sorted(routine.callers.items())
            if holder in context.ways
        ]
        callers += [
            (opening.grantee, opening.opened_by, opening.closing[0])
            for opening in self._wide(routine.database, context, ("execute",))
        ]
        through = (f"{name} runs as {routine.definer}",)
        for holder, opened_by, closing in callers:
            for place, asset in assets.items():
                if account.key != routine.definer and not self._reading.reads(place, None, context.ways):
                    opening = Opening(holder, "execute", opened_by, (closing,))
                    yield self._grant(account, context, asset, opening, through)

    def _steps(self, context: Context, holder: str) -> Path:
        way = [self._principal(one) for one in context.ways[holder]]
        if context.role in context.ways[holder][1:] and not context.by_default:
            way.insert(1, f"SET ROLE {context.role}")
        return tuple(way)

    def _leaving(self, context: Context, holder: str) -> Path:
        """The statements that end the memberships on the way, one after the other."""
        chain = [one for one in context.ways[holder] if one not in (PUBLIC, ANYBODY)]
        # A role that every account has was granted to none.
        left = ((member, role) for member, role in pairwise(chain) if role not in self._catalog.mandatory)
        return tuple(f"REVOKE {self._sql(role)} FROM {self._member(role, member)}" for member, role in left)

    def _member(self, role: str, member: str) -> str:
        """Whom a role was granted to that this one may take on."""
        return self._sql(self._catalog.lent.get((role, member), member))

    def _withholding(self, target: str, holder: str, *, grantable: bool) -> Path:
        return (f"REVOKE GRANT OPTION ON {target} FROM {self._sql(holder)}",) if grantable else ()

    def _principal(self, key: str) -> str:
        account = self._catalog.accounts.get(key)
        return account.principal if account else key

    def _sql(self, holder: str) -> str:
        account = self._catalog.accounts.get(holder)
        return account.sql if account else "''@'%'"

    def _openings(self, place: Place, context: Context, privileges: Iterable[str] = PRIVILEGES) -> Iterator[Opening]:
        yield from self._wide(place[0], context, privileges)
        for entry in self._reading.entries(place, context.ways):
            columns = f" ({entry.column})" if entry.column else ""
            quoted_columns = f" ({quoted(entry.column, '`')})" if entry.column else ""
            target = ".".join(quoted(part, "`") for part in place)
            for privilege in privileges:
                if privilege in entry.rights:
                    verb = privilege.upper()
                    yield Opening(
                        entry.holder,
                        privilege,
                        f"GRANT {verb}{columns} ON {qualified(*place)} TO {entry.grantee}",
                        (f"REVOKE {verb}{quoted_columns} ON {target} FROM {self._sql(entry.grantee)}",),
                        entry.column,
                        self._withholding(target, entry.grantee, grantable=entry.grantable),
                    )

    def _wide(self, database: str, context: Context, privileges: Iterable[str]) -> Iterator[Opening]:
        """Rights on everything and on whole databases; who reads everything and may pass it on is an administrator."""
        for holder in context.ways:
            held = self._catalog.accounts.get(holder)
            entry = self._catalog.database_entry(holder, database)
            everything = held is not None and held.administers
            if held and everything and "select" in privileges:
                yield Opening(
                    holder,
                    "all",
                    f"GRANT SELECT ON *.* TO {holder} WITH GRANT OPTION",
                    (f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {held.sql}",),
                )
            for privilege in privileges:
                verb = privilege.upper()
                if held and not everything and privilege in held.rights:
                    yield Opening(
                        holder,
                        privilege,
                        f"GRANT {verb} ON *.* TO {holder}",
                        (f"REVOKE {verb} ON *.* FROM {self._sql(holder)}",),
                        withholding=self._withholding("*.*", holder, grantable=held.grantable),
                    )
                if entry and privilege in entry.rights:
                    target = f"{quoted(entry.database, '`')}.*"
                    yield Opening(
                        holder,
                        privilege,
                        f"GRANT {verb} ON {entry.database}.* TO {entry.grantee}",
                        (f"REVOKE {verb} ON {target} FROM {self._sql(entry.grantee)}",),
                        withholding=self._withholding(target, entry.grantee, grantable=entry.grantable),
                    )

    @cached_property
    def _exposing(self) -> Mapping[Place, Mapping[Place, frozenset[str]]]:
        """Each view that reads wanted tables, through other views too, with the columns that it shows of them."""
        found = {}
        for view in self._catalog.views:
            shown: dict[Place, set[str]] = {}
            seen, front = {view}, [view]
            while front:
                for place, columns in self._catalog.views[front.pop()].reads.items():
                    if place in self._catalog.views and place not in seen:
                        seen.add(place)
                        front.append(place)
                    elif place in self._assets:
                        shown.setdefault(place, set()).update(columns)
            if shown:
                found[view] = {place: frozenset(columns) for place, columns in shown.items()}
        return found

    @cached_property
    def _routines(self) -> list[tuple[Routine, Mapping[Place, str]]]:
        """Routines that run as their definer, with the assets that they show: those of tables and views that they name and may read."""
        shown = {place: {place: asset} for place, asset in self._assets.items()}
        for view, places in self._exposing.items():
            shown[view] = {**shown.get(view, {}), **{place: self._assets[place] for place in places}}
        texts = Texts(self._catalog.bodies, {place: place[1] for place in shown})
        found: list[tuple[Routine, Mapping[Place, str]]] = []
        for routine in self._catalog.routines:
            opened: dict[Place, str] = {}
            for place, acting in texts.named(routine.text, routine.definer):
                holders = self._reading.holders(acting)
                if self._reading.reads(place, None, holders) and self._reading.readable(place, holders):
                    opened |= shown[place]
            if opened:
                found.append((routine, opened))
        return found
