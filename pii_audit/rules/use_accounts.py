"""Using: accounts by which nobody in particular reads: of people who left, long unused, of several, of nobody, of applications.

T/PCAC 0001-2023, 12.3; what an account is stands in the register that the workspace names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.grant import is_called_in_any_case
from pii_audit.rules.interface import Draft, Facts
from pii_audit.rules.reach import ADMINISTERS, Reach, reaching
from pii_audit.rules.use_access import access_draft, is_application, kinds_of, way, where_of
from pii_audit.workspace import Account

DORMANT_DAYS = 90
"""Days without use after which an account is dormant (PCI DSS 8.2.6)."""


def accounts(facts: Facts) -> Iterator[Draft]:
    """USE004: accounts that have left, are shared, dormant, or stand in no register, and read; one finding for each and reason."""
    if not facts.leavers and not facts.accounts:
        return
    for (source, principal), reaches in _by_account(facts).items():
        for reason, said, outcome in _objections(facts, source, principal):
            judged = [_judged(reach, outcome) for reach in reaches]
            where, kinds = where_of(judged), kinds_of(facts, judged)
            yield access_draft(
                facts,
                "USE004",
                # The grain of leavers' findings is older than the other reasons.
                (source, principal) if reason == "left" else (source, principal, reason),
                Text(
                    f"{principal} {said.zh}可读取 {where.zh}：{kinds.zh}（{way(judged[0].grant)}）",
                    f"{principal} {said.en} read {where.en}: {kinds.en} ({way(judged[0].grant)})",
                ),
                judged,
            )


def applications(facts: Facts) -> Iterator[Draft]:
    """USE003: applications that connect as administrator or owner, whatever post a policy gives them; one finding for each."""
    for (source, principal), reaches in _by_account(facts).items() if facts.accounts else ():
        ruling = [reach for reach in reaches if reach.grant.privilege in ADMINISTERS]
        if ruling and is_application(facts, source, principal):
            judged = [_judged(reach, Outcome.VIOLATION) for reach in ruling]
            where, kinds = where_of(judged), kinds_of(facts, judged)
            yield access_draft(
                facts,
                "USE003",
                (source, principal, "application"),
                Text(
                    f"应用账号 {principal} 是管理员或属主，可读取 {where.zh}：{kinds.zh}（{way(judged[0].grant)}）",
                    f"the application's account {principal} is administrator or owner and can read {where.en}: {kinds.en}"
                    f" ({way(judged[0].grant)})",
                ),
                judged,
            )


def _by_account(facts: Facts) -> Mapping[tuple[str, str], list[Reach]]:
    """The ways to personal information of everybody who can log in."""
    grouped: dict[tuple[str, str], list[Reach]] = defaultdict(list)
    for grant, one, reached in reaching(facts.grants, facts.inspected):
        if reached and grant.principal.startswith("user:") and not grant.principal.startswith("user:#"):
            reach = Reach(grant, one, tuple(reached), Outcome.VIOLATION, everyone=False, policy=None)
            grouped[one.asset.source, grant.principal].append(reach)
    return grouped


def _judged(reach: Reach, outcome: Outcome) -> Reach:
    return Reach(reach.grant, reach.inspected, reach.statements, outcome, everyone=False, policy=None)


def _entries(accounts: Sequence[Account], source: str, principal: str) -> list[Account]:
    return [one for one in accounts if one.source in (None, source) and is_called_in_any_case(principal, (one.name,))]


def _objections(facts: Facts, source: str, principal: str) -> Iterator[tuple[str, Text, Outcome]]:
    entries = _entries(facts.accounts, source, principal)
    if is_called_in_any_case(principal, facts.leavers):
        yield "left", _LEFT, Outcome.VIOLATION
        return
    for reason, said in _marks(entries, facts.as_of):
        yield reason, said, Outcome.VIOLATION
    if not entries and _registers(facts, source):
        yield "unregistered", Text("不在账号清单中，", "stands in no register of accounts and can"), Outcome.GAP


_LEFT = Text("已离岗，仍", "has left and can still")


def _marks(entries: Sequence[Account], today: date) -> Iterator[tuple[str, Text]]:
    """What the entries of one account have against it, and how that is said; of whoever left, nothing else matters."""
    if any(one.gone for one in entries):
        yield "left", _LEFT
        return
    if any(one.shared for one in entries):
        holders = max(len(one.holders) for one in entries)
        said = (
            Text(f"由 {holders} 人共用，", f"is shared by {holders} people and can")
            if holders > 1
            else Text("是共用账号，", "is shared and can")
        )
        yield "shared", said
    used = [one.last_used for one in entries if one.last_used is not None]
    if used and (today - max(used)).days > DORMANT_DAYS:
        yield "dormant", Text(f"自 {max(used)} 起未使用，", f"was last used on {max(used)} and can")


def suspects(accounts: Sequence[Account], today: date) -> Iterator[str]:
    """The accounts of a register that something may be objected to."""
    return (one.name for one in accounts if any(_marks([one], today)))


def _registers(facts: Facts, source: str) -> bool:
    """Whether the register speaks of the accounts of that source: of a share it lists none, unless it names it."""
    declared = facts.sources.get(source)
    database = declared is not None and declared.of_tables
    return any(one.source == source or (one.source is None and database) for one in facts.accounts)


RULES = (accounts, applications)
