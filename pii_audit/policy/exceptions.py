"""Which exception, if any, tolerates a breach today."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from pii_audit.model.finding import Finding
from pii_audit.policy.lapse import why_lapsed
from pii_audit.policy.model import ExceptionRule, Policy


@dataclass(frozen=True, slots=True)
class Breach:
    """The facts of a breach that an exception may be limited to.

    `persons` is the most that it may concern, None where nobody counted all of them; `cut` names the lists that hold not all of their names.
    """

    rule: str
    flow: str | None = None
    recipient: str | None = None
    identifiers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    source: str | None = None
    principal: str | None = None
    forms: tuple[str, ...] = ()
    persons: int | None = None
    cut: frozenset[str] = frozenset()

    @classmethod
    def of_finding(cls, finding: Finding, partly: AbstractSet[str] = frozenset()) -> Breach:
        """The facts of a finding; of assets that were read `partly` nobody knows how many people they hold."""
        counted = finding.evidence.get("persons_at_most", finding.evidence.get("persons"))
        # What it was compared with is no part of the breach.
        assets = finding.assets - {finding.evidence.get("same_as")}
        return cls(
            finding.rule,
            finding.flow,
            finding.recipient,
            finding.identifiers,
            _fields(finding),
            tuple(sorted(assets)),
            finding.source,
            finding.principal,
            tuple(finding.evidence.get("forms", ())),
            None if assets & partly else counted,
            frozenset(kind for kind in ("fields", "assets") if _is_cut(finding, kind)),
        )


def _fields(finding: Finding) -> tuple[str, ...]:
    listed = finding.evidence.get("columns") or finding.evidence.get("fields")
    names = listed if isinstance(listed, list | tuple) else ()
    return tuple(dict.fromkeys(name for name in (finding.field, *names) if isinstance(name, str) and name))


def _is_cut(finding: Finding, kind: str) -> bool:
    """Whether the evidence does not list all fields or assets; a verdict on a flow lists all of its columns, and free text is none."""
    if kind == "fields" and finding.evidence.get("in_text"):
        return True
    return f"{kind}_total" in finding.evidence and not (kind == "fields" and finding.evidence.get("columns"))


def excepted(policy: Policy, breach: Breach, as_of: date) -> ExceptionRule | None:
    """The exception that covers all of a breach on that day, or None.

    One whose last day has passed never applies, nor does any to STO001 and SHR001. An exception for one identifier,
    field or asset does not cover a breach that concerns others too.
    """
    return next((rule for rule in policy.exceptions if covers(rule, breach, as_of)), None)


def covers(rule: ExceptionRule, breach: Breach, as_of: date) -> bool:
    """Whether one exception covers all of a breach on that day."""
    # What it was first given for is known to the store, which asks the same rule again when it records a run.
    if rule.rule != breach.rule or why_lapsed(rule.rule, rule.until, as_of) is not None:
        return False
    single = (
        (rule.flow, breach.flow),
        (rule.recipient, breach.recipient),
        (rule.source, breach.source),
        (rule.principal, breach.principal),
    )
    if any(wanted is not None and wanted != there for wanted, there in single):
        return False
    if not _as_approved(rule, breach):
        return False
    several = (
        (rule.identifier, breach.identifiers, "identifiers"),
        (rule.field, breach.fields, "fields"),
        (rule.asset, breach.assets, "assets"),
    )
    return all(
        wanted is None or (_all_are(wanted, there) and kind not in breach.cut) for wanted, there, kind in several
    )


def _all_are(wanted: str, there: tuple[str, ...]) -> bool:
    return bool(there) and all(name == wanted or fnmatchcase(name, wanted) for name in there)


def _as_approved(rule: ExceptionRule, breach: Breach) -> bool:
    """Whether the data is still what was approved; an exception lapses when it changes."""
    if rule.fields is not None and ("fields" in breach.cut or not set(breach.fields) <= set(rule.fields)):
        return False
    if rule.forms is not None and not set(breach.forms) <= set(rule.forms):
        return False
    return rule.persons_up_to is None or (breach.persons is not None and breach.persons <= rule.persons_up_to)
