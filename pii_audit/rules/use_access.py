"""Using: who reads or exports what his post does not need, and who administers it. One finding for each grant that opens the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pii_audit.language import Text, same
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import Grant, is_called_in_any_case
from pii_audit.policy.limits import is_ungraded
from pii_audit.rules.interface import LISTED, Draft, Facts, concern, named, proof, titles
from pii_audit.rules.reach import (
    ADMINISTERS,
    Reach,
    judge_access,
    judge_administration,
    judge_columns,
    judge_export,
)
from pii_audit.sources.database.names import quoted
from pii_audit.workspace import AccountKind

SHOWN = 3
"""Principals that a message names; the evidence lists them."""


def access(facts: Facts) -> Iterator[Draft]:
    """USE001 everyone can read, USE002 wider than the post: one finding for each grant that opens the way."""
    grouped: dict[tuple[str, str, str, str], list[Reach]] = defaultdict(list)
    for reach in judge_access(facts.policy.access, facts.grants, facts.inspected, facts.catalogue):
        rule = "USE001" if reach.everyone else "USE002"
        source = reach.inspected.asset.source
        grouped[rule, source, _holder(reach), reach.grant.opened_by].append(reach)
    for (rule, source, holder, opened_by), reaches in grouped.items():
        who, where, kinds = _who(reaches, holder), where_of(reaches), kinds_of(facts, reaches)
        limit = _beyond_all_limits(facts, reaches)
        yield access_draft(
            facts,
            rule,
            (source, holder, opened_by),
            Text(
                f"{who.zh} 可读取 {where.zh}：{kinds.zh}（{way(reaches[0].grant)}）{limit.zh}",
                f"{who.en} can read {where.en}: {kinds.en} ({way(reaches[0].grant)}){limit.en}",
            ),
            reaches,
        )


_ADMINISTRATION = {
    "all": Text("是管理员，可读取并转授", "administers, and can read and pass on,"),
    "owner": Text("是属主，可读取并转授", "owns, and can read and pass on,"),
    "passes": Text("可读取并转授", "can read and pass on"),
}


def administration(facts: Facts) -> Iterator[Draft]:
    """USE003: administrators, owners and holders of a grant option without a post for that; one finding for each of them and kind."""
    grouped: dict[tuple[str, str, str], list[Reach]] = defaultdict(list)
    for reach in judge_administration(facts.policy.access, facts.grants, facts.inspected):
        if (
            is_application(facts, reach.inspected.asset.source, reach.grant.principal)
            and reach.grant.privilege in ADMINISTERS
        ):
            continue  # told of applications
        kind = reach.grant.privilege if reach.grant.privilege in _ADMINISTRATION else "passes"
        grouped[reach.inspected.asset.source, reach.grant.principals[-1], kind].append(reach)
    for (source, holder, kind), reaches in grouped.items():
        who, where, kinds, does = (
            _who(reaches, holder),
            where_of(reaches),
            kinds_of(facts, reaches),
            _ADMINISTRATION[kind],
        )
        yield access_draft(
            facts,
            "USE003",
            (source, holder, kind),
            Text(
                f"{who.zh} {does.zh} {where.zh}：{kinds.zh}（{way(reaches[0].grant)}）",
                f"{who.en} {does.en} {where.en}: {kinds.en} ({way(reaches[0].grant)})",
            ),
            reaches,
        )


def is_application(facts: Facts, source: str, principal: str) -> bool:
    """Whether the register of accounts says that an application uses it."""
    return any(
        one.kind is AccountKind.APPLICATION
        and one.source in (None, source)
        and is_called_in_any_case(principal, (one.name,))
        for one in facts.accounts
    )


def exports(facts: Facts) -> Iterator[Draft]:
    """USE007: rights to export outside the extraction post; one finding for each grant that gives them."""
    grouped: dict[tuple[str, str, str], list[Reach]] = defaultdict(list)
    for reach in judge_export(facts.policy.access, facts.grants, facts.inspected, facts.catalogue):
        grouped[reach.inspected.asset.source, _holder(reach), reach.grant.opened_by].append(reach)
    for (source, holder, opened_by), reaches in grouped.items():
        who, where, kinds = _who(reaches, holder), where_of(reaches), kinds_of(facts, reaches)
        yield access_draft(
            facts,
            "USE007",
            (source, holder, opened_by),
            Text(
                f"{who.zh} 可整表导出 {where.zh}：{kinds.zh}（{way(reaches[0].grant)}）",
                f"{who.en} can export {where.en} as a whole: {kinds.en} ({way(reaches[0].grant)})",
            ),
            reaches,
        )


def columns(facts: Facts) -> Iterator[Draft]:
    """USE011: C3 columns in a table that is granted as a whole; one finding for each table."""
    grouped: dict[tuple[str, str], list[Reach]] = defaultdict(list)
    for reach in judge_columns(facts.policy.access, facts.grants, facts.inspected, facts.catalogue):
        grouped[reach.inspected.asset.source, reach.inspected.asset.id].append(reach)
    for (source, asset), reaches in grouped.items():
        who, kinds = _who(reaches, reaches[0].grant.principal), kinds_of(facts, reaches)
        held = named(_distinct(statement for reach in reaches for statement in reach.statements))
        yield access_draft(
            facts,
            "USE011",
            (source, asset),
            Text(
                f"{who.zh} 可整表读取 {asset}，其中 {held.zh} 没有列级限制：{kinds.zh}",
                f"{who.en} can read {asset} as a whole, and {held.en} is not restricted by column: {kinds.en}",
            ),
            reaches,
        )


def access_draft(facts: Facts, rule: str, resource: tuple[str, ...], message: Text, reaches: Sequence[Reach]) -> Draft:
    """A draft about some ways to personal information: its source and whom it is about come first in `resource`."""
    held = [statement for reach in reaches for statement in reach.statements]
    statements = list(dict.fromkeys("; ".join(reach.grant.locking) for reach in reaches))
    if rule != "USE004":
        statements = _closing(reaches, passing=rule == "USE003", restricting=rule == "USE011")
    assets = list(dict.fromkeys(reach.inspected.asset.id for reach in reaches))
    first = reaches[0]
    members = list(dict.fromkeys(reach.grant.principal for reach in reaches))
    more: dict[str, Any] = {"path": list(first.grant.path)}
    if first.grant.closing:
        more |= {"principals": members[:LISTED], "close": statements[:LISTED]}
        if len(members) > LISTED:
            more["principals_total"] = len(members)
    return Draft(
        rule,
        resource,
        message,
        outcome=Outcome.VIOLATION if any(reach.outcome is Outcome.VIOLATION for reach in reaches) else Outcome.GAP,
        source=resource[0],
        asset=assets[0] if len(assets) == 1 else None,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in held)),
        principal=members[0] if len(members) == 1 or resource[1] in assets else resource[1],
        evidence=proof(_distinct(held), **more),
        policy=first.policy,
        remediation=_remediation(reaches, members, statements),
        concern=concern(facts, held, everyone=first.everyone),
    )


def _beyond_all_limits(facts: Facts, reaches: Sequence[Reach]) -> Text:
    """Says of identifiers that no standard grades that `up_to` does not reach them."""
    held = [statement for reach in reaches for statement in reach.statements]
    ungraded = sorted({one.identifier for one in held if is_ungraded(one.identifier, one.level, facts.catalogue)})
    if not ungraded or not any(rule.up_to for rule in facts.policy.access.rules):
        return same("")
    listed = ", ".join(ungraded)
    return Text(
        f"；{listed} 未定级（levels），不在任何 up_to 之内", f"; {listed}: without a grade (levels), within no up_to"
    )


def _distinct(statements: Iterable[FieldEvidence]) -> list[FieldEvidence]:
    """Each statement once, however many principals reach it."""
    return list({(one.asset, one.field, one.identifier, one.form): one for one in statements}.values())


def _holder(reach: Reach) -> str:
    """To whom the right was granted; everybody, where the way is open to everybody."""
    return reach.grant.principal if reach.everyone else reach.grant.principals[-1]


def _who(reaches: Sequence[Reach], holder: str) -> Text:
    members = list(dict.fromkeys(reach.grant.principal for reach in reaches))
    if holder in members:
        members = [holder, *(name for name in members if name != holder)]
    shown = ", ".join(members[:SHOWN])
    if len(members) <= SHOWN:
        return Text(shown, shown)
    return Text(f"{shown} 等 {len(members)} 个主体", f"{shown} and {len(members) - SHOWN} more")


def where_of(reaches: Sequence[Reach]) -> Text:
    """The assets that are reached: the first, and how many more."""
    assets = list(dict.fromkeys(reach.inspected.asset.id for reach in reaches))
    more = len(assets) - 1
    return Text(
        f"{assets[0]} 等 {len(assets)} 个对象" if more else assets[0],
        f"{assets[0]} and {more} more" if more else assets[0],
    )


def kinds_of(facts: Facts, reaches: Sequence[Reach]) -> Text:
    """What is reached there."""
    return titles(facts, [statement.identifier for reach in reaches for statement in reach.statements])


def way(grant: Grant) -> str:
    """`alice ← role:reporting ← PUBLIC; GRANT SELECT …`, or the grant alone where it is direct."""
    if not grant.closing or len(grant.path) == 1:
        return grant.opened_by
    return f"{' ← '.join(grant.path)}; {grant.opened_by}"


def _closing(reaches: Sequence[Reach], *, passing: bool, restricting: bool) -> list[str]:
    """What would close these ways: the grant, or the membership by which somebody came to a grant that others rightly hold.

    Where `passing` it on is what is wrong, the grant option alone; where some columns are, by `restricting` or since a post may read
    the others, these are granted again.
    """
    offenders = {reach.grant.principal for reach in reaches}
    statements: dict[str, None] = {}
    for reach in reaches:
        grant = reach.grant
        last = max(place for place, name in enumerate(grant.principals) if name in offenders)
        rightly = last < len(grant.leaving)
        rest = _rest(reach) if restricting or reach.policy is not None else ()
        chosen = (grant.leaving[last],) if rightly else (*grant.closing, *rest)
        if passing and grant.withholding:
            chosen = grant.withholding
        statements["; ".join(chosen)] = None
    return list(statements)


_REVOKED = re.compile(r"REVOKE SELECT ON (?P<table>(?P<mark>[\"`]).+[\"`]) FROM (?P<holder>.+?)(?: CASCADE)?")
MOST_COLUMNS = 200
"""A statement that names more columns is nothing that a person reads."""


def _rest(reach: Reach) -> tuple[str, ...]:
    """What gives back the columns that are not objected to, once the whole table is taken away."""
    grant, asset = reach.grant, reach.inspected.asset
    revoked = next(filter(None, map(_REVOKED.fullmatch, grant.closing)), None)
    objected = {statement.field for statement in reach.statements}
    kept = [field.name for field in asset.fields if field.name not in objected]
    if reach.everyone or revoked is None or not kept or len(kept) > MOST_COLUMNS or None in objected:
        return ()
    names = ", ".join(quoted(name, revoked["mark"]) for name in kept)
    again = f"GRANT SELECT ({names}) ON {revoked['table']} TO {revoked['holder']}"
    # Given by whom it was taken back: SET ROLE stands first and RESET ROLE last.
    return (again,) if grant.closing[-1] != "RESET ROLE" else (grant.closing[0], again, grant.closing[-1])


def _remediation(reaches: Sequence[Reach], members: Sequence[str], statements: Sequence[str]) -> Text | None:
    if not reaches[0].grant.closing:
        return None
    shown = "; ".join(statements[:SHOWN]) + (" …" if len(statements) > SHOWN else "")
    who = _who(reaches, members[0])
    return Text(
        f"审阅后由有权者执行：{shown}；执行后 {who.zh} 失去经此取得的权限",
        f"once reviewed, run: {shown}; {who.en} will lose what they hold this way",
    )
