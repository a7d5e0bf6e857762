"""The rows of the access matrix, made of a run: grants joined with what lies behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pii_audit.model.finding import Finding
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import Grant, is_everybody
from pii_audit.model.run import Inspected, Run
from pii_audit.render.view.access import everybody
from pii_audit.render.view.inventory import LEVELS, level_of
from pii_audit.rules.reach import READS

GAPS = ("USE001", "USE002", "USE003", "USE004", "USE007", "USE008", "USE009", "USE010", "USE011")
"""The rules that judge access, and what a server lets happen beside its grants."""


@dataclass(frozen=True, slots=True)
class Right:
    """One principal, one asset and one grant that opens the way; `fields` are those that hold something in clear.

    `level` is the gravest class behind it, `persons` how many people at least.
    """

    principal: str
    everyone: bool
    asset: str
    privilege: str
    fields: tuple[str, ...]
    identifiers: tuple[str, ...]
    level: str
    persons: int
    opened_by: str
    path: tuple[str, ...]
    grantable: bool
    closing: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same right in another run."""
        return self.principal, self.asset, self.privilege, self.opened_by

    @property
    def gives(self) -> tuple[tuple[str, ...], tuple[str, ...], str, bool]:
        """What it opens, however many people that is by now."""
        return self.fields, self.identifiers, self.level, self.grantable


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rights of a run, everyone first and then by the gravest level, and its findings about access.

    `added`, `removed` and `changed` (as it was, as it is) compare with the run `against`, None where none was named; of the
    sources `not_compared` one of the two runs knows no rights.
    """

    run: Run
    rights: tuple[Right, ...]
    gaps: tuple[Finding, ...] = ()
    added: tuple[Right, ...] | None = None
    removed: tuple[Right, ...] = ()
    changed: tuple[tuple[Right, Right], ...] = ()
    not_compared: tuple[str, ...] = ()
    against: str = ""


def matrix(run: Run, sources: Collection[str] = (), earlier: Run | None = None) -> Matrix:
    """The matrix of a run, of some of its sources only where they are named; compared with an earlier one."""
    found = rights(run, sources)
    gaps = tuple(one for one in run.standing if one.rule in GAPS and (not sources or one.source in sources))
    if earlier is None:
        return Matrix(run, found, gaps)
    asked, both = _asked(run) | _asked(earlier), _asked(run) & _asked(earlier)
    before = {one.key: one for one in rights(earlier, sources) if _source(one) in both}
    now = {one.key: one for one in found if _source(one) in both}
    return Matrix(
        run,
        found,
        gaps,
        tuple(one for key, one in now.items() if key not in before),
        tuple(one for key, one in before.items() if key not in now),
        tuple((before[key], one) for key, one in now.items() if key in before and before[key].gives != one.gives),
        tuple(sorted(name for name in asked - both if not sources or name in sources)),
        earlier.id,
    )


def _asked(run: Run) -> set[str]:
    """The sources whose rights a run knows: it met them, and was told."""
    refused = {row.source for row in run.coverage if row.incomplete and not row.asset}
    return {row.source for row in run.coverage} - refused


def _source(right: Right) -> str:
    return right.asset.partition(":")[0]


def rights(run: Run, sources: Collection[str] = ()) -> tuple[Right, ...]:
    """Every reading right that leads to personal information in clear."""
    everyone = everybody(run)
    assets = {one.asset.id: one for one in run.inspected if not sources or one.asset.source in sources}
    grouped: dict[tuple[str, str, str, str], list[Grant]] = {}
    for grant in run.grants:
        if grant.privilege in READS and grant.asset in assets:
            grouped.setdefault((grant.principal, grant.asset, grant.privilege, grant.opened_by), []).append(grant)
    rows = [
        row
        for grants in grouped.values()
        for row in (_right(grants, assets[grants[0].asset], everyone),)
        if row is not None
    ]
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                not row.everyone,
                LEVELS.index(row.level),
                -row.persons,
                row.principal,
                row.asset,
                row.path,
            ),
        )
    )


def _right(grants: list[Grant], one: Inspected, everyone: Sequence[str]) -> Right | None:
    fields = {grant.field for grant in grants}
    behind = [
        statement
        for statement in one.fields
        if statement.form in PLAIN_EQUIVALENT and (None in fields or statement.field in fields)
    ]
    if not behind:
        return None
    grant = grants[0]
    return Right(
        principal=grant.principal,
        everyone=is_everybody(grant.principal, everyone),
        asset=grant.asset,
        privilege=grant.privilege,
        fields=tuple(dict.fromkeys(statement.field for statement in behind if statement.field)),
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in behind)),
        level=max(map(level_of, behind)),
        persons=max(statement.persons for statement in behind),
        opened_by=grant.opened_by,
        path=grant.path or (grant.principal,),
        grantable=any(grant.grantable for grant in grants),
        closing=grant.closing,
    )
