"""Using: how a server is set up, as far as it opens ways past the grants, sends what is read in clear, or leaves no trace of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pii_audit.language import Text
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import is_called
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.policy.model import AccessRule
from pii_audit.rules.interface import LISTED, Draft, Facts, concern, proof
from pii_audit.rules.reach import READS

_RULES = {
    SettingKind.NO_TLS: "USE009",
    SettingKind.NO_AUDIT: "USE010",
}
"""What is no way past the grants, which USE008 tells."""
_GAPS = frozenset({SettingKind.ANY_HOST, SettingKind.FOREIGN_SERVER, SettingKind.OPEN_ROUTINE, SettingKind.NO_AUDIT})
"""What is weak only together with something else, or cannot be told to be used."""
_GAINED = frozenset(
    {
        SettingKind.SELF_GRANT,
        SettingKind.RAW_ACCESS,
        SettingKind.PROXY,
        SettingKind.DEFAULT_PRIVILEGES,
        SettingKind.FOREIGN_SERVER,
        SettingKind.OPEN_ROUTINE,
    }
)
"""What gives somebody the rights of others."""
_ADMINISTERED = frozenset({SettingKind.SELF_GRANT, SettingKind.RAW_ACCESS, SettingKind.PROXY})
"""What a post that administers has by its nature."""


def settings(facts: Facts) -> Iterator[Draft]:
    """USE008 a way past the grants, USE009 connections in clear, USE010 reading that nobody logs: one finding for each setting.

    Accounts that may come from any host are one finding a source.
    """
    every_host: dict[str, list[Setting]] = defaultdict(list)
    for setting in facts.settings:
        if setting.kind is SettingKind.ANY_HOST and setting.reaches:
            every_host[setting.source].append(setting)
            continue
        yield from _drafts(facts, setting)
    for several in every_host.values():
        behind = [setting for setting in several if _behind(facts, setting)]
        if behind:
            yield from _drafts(facts, _together(behind))


def _together(several: Sequence[Setting]) -> Setting:
    names = [name for setting in several for name in setting.reaches]
    first, more = several[0], len(several) - 1
    said = Text(
        f"{names[0]} 等 {len(names)} 个账号可从任何主机登录" if more else first.said.zh,
        f"{names[0]} and {more} more can log in from any host" if more else first.said.en,
    )
    closing = tuple(statement for setting in several for statement in setting.closing)
    return replace(first, subject="any host", said=said, reaches=tuple(names), closing=closing, principal=None)


def _drafts(facts: Facts, setting: Setting) -> Iterator[Draft]:
    statements = _behind(facts, setting)
    outcome, line = _outcome(facts, setting)
    if not statements or outcome is None:
        return
    everyone = setting.principal is not None and facts.policy.access.means_everybody(setting.principal)
    todo = "; ".join(statement for statement in setting.closing if not statement.startswith("--"))
    breaks = setting.breaks
    yield Draft(
        _RULES.get(setting.kind, "USE008"),
        (setting.source, setting.kind.value, setting.subject),
        Text(f"{setting.source}:{setting.said.zh}", f"{setting.source}: {setting.said.en}"),
        outcome=outcome,
        source=setting.source,
        identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
        principal=setting.principal,
        evidence=proof(
            statements,
            kind=setting.kind.value,
            close=list(setting.closing)[:LISTED],
            principals=list(_losing(setting))[:LISTED],
        ),
        policy=line.position if line else None,
        remediation=Text(
            setting.remedy.zh + (f":{todo}" if todo else "") + (f";{breaks.zh}" if breaks else ""),
            setting.remedy.en + (f": {todo}" if todo else "") + (f"; {breaks.en}" if breaks else ""),
        ),
        concern=concern(facts, statements, everyone=everyone and setting.kind not in _RULES),
    )


def _losing(setting: Setting) -> Sequence[str]:
    """Who can do less once it is closed: whoever gains by it, or those whose way in it is."""
    if setting.kind in _GAINED:
        return (setting.principal,) if setting.principal else ()
    return setting.reaches


def _behind(facts: Facts, setting: Setting) -> list[FieldEvidence]:
    """What stands in clear behind it: whatever those read whose rights are gained, or all of the source."""
    assets: dict[str, set[str | None]] | None = None
    if setting.reaches:
        gained = frozenset(setting.reaches)
        assets = defaultdict(set)
        for grant in facts.grants:
            if grant.principal in gained and grant.privilege in READS:
                assets[grant.asset].add(grant.field)
    return list(_clear(facts, setting.source, assets))


def _clear(facts: Facts, source: str, assets: dict[str, set[str | None]] | None) -> Iterable[FieldEvidence]:
    for one in facts.of_source(source):
        for statement in one.fields:
            fields = None if assets is None else assets.get(one.asset.id, set())
            if statement.form in PLAIN_EQUIVALENT and (fields is None or {None, statement.field} & fields):
                yield statement


def _outcome(facts: Facts, setting: Setting) -> tuple[Outcome | None, AccessRule | None]:
    """Whether it is a violation, a gap, or in order (None), and the policy's line that says so."""
    policy, principal = facts.policy.access, setting.principal
    rules = [
        rule
        for rule in policy.rules
        if principal and (not rule.sources or setting.source in rule.sources) and is_called(principal, rule.principals)
    ]
    if setting.kind in _ADMINISTERED and any("admin" in rule.actions for rule in rules):
        return None, None
    if setting.kind is SettingKind.DEFAULT_PRIVILEGES and not (principal and policy.means_everybody(principal)):
        # Tables to come may hold anything: a post that may read all of it may have it.
        if any(rule.up_to == "C3" for rule in rules) or policy.default == "allow" or not policy.stated:
            return None, None
        return Outcome.GAP, rules[0] if rules else None
    return (Outcome.GAP if setting.kind in _GAPS else Outcome.VIOLATION), None


RULES = (settings,)
