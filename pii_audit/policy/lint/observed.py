"""What a policy speaks of and a recorded run never met: flows without files, permissions without use, dead exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase

from pii_audit.errors import Problem
from pii_audit.identifiers.model import Catalogue
from pii_audit.language import Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.coverage import partly_read
from pii_audit.model.grant import is_called
from pii_audit.model.run import Inspected, Run
from pii_audit.policy.evaluation.case import gather
from pii_audit.policy.exceptions import Breach, covers
from pii_audit.policy.lint.elements import identifiers
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import Line, Policy, Retention
from pii_audit.policy.periods import FILE_MODIFIED, is_about

_Pairs = set[tuple[str, str]]


def unobserved(policy: Policy, run: Run, catalogue: Catalogue, as_of: date) -> list[Problem]:
    """Warnings about lines that matched nothing of what a run saw, in the order of the files.

    What lies in a source that the run did not read says nothing. Raises ConfigurationError when two flows match one asset.
    """
    seen: defaultdict[str, _Pairs] = defaultdict(set)
    met: set[str] = set()
    flows = FlowMatcher(policy)
    for one in run.inspected:
        flow = flows.find(one.asset.source, one.asset.name)
        if flow is not None:
            met.add(flow.id)
            seen[flow.id].update((found.identifier, found.subject) for found in gather(one.fields, flow))
    found = [
        *_flows(policy, run, met, as_of),
        *_scopes(policy, seen, met, catalogue),
        *_purposes(policy, seen, met, catalogue),
        *_access(policy, run),
        *_retention(policy, run, catalogue),
        *_assets(policy, run),
        *_exceptions(policy, run, as_of),
    ]
    return sorted(found, key=lambda problem: problem.position)


def _read(run: Run) -> frozenset[str]:
    return frozenset(row.source for row in run.coverage)


def _flows(policy: Policy, run: Run, met: set[str], as_of: date) -> Iterator[Problem]:
    read = _read(run)
    for flow in policy.flows.values():
        if flow.source in read and flow.id not in met and not flow.has_ended(as_of):
            said = Text(
                f"运行 {run.id} 没有见到数据流 {flow.id} 的任何资产", f"run {run.id} saw nothing of flow {flow.id}"
            )
            yield Problem(flow.at("match"), said)


def _never(lines: Iterable[Line], seen: _Pairs, catalogue: Catalogue) -> Iterator[Line]:
    return (line for line in lines if not identifiers(line.element, catalogue) & seen)


def _scopes(policy: Policy, seen: dict[str, _Pairs], met: set[str], catalogue: Catalogue) -> Iterator[Problem]:
    told: defaultdict[str, _Pairs] = defaultdict(set)
    for flow in met:
        told[policy.flows[flow].recipient] |= seen.get(flow, set())
    for recipient, pairs in told.items():
        for line in _never(policy.recipients[recipient].scope or (), pairs, catalogue):
            said = Text(
                f"{recipient} 从未收到 “{line.element}”：合作范围比实际宽",
                f'{recipient} never got "{line.element}": its scope is wider than what goes there',
            )
            yield Problem(line.position, said)


def _purposes(policy: Policy, seen: dict[str, _Pairs], met: set[str], catalogue: Catalogue) -> Iterator[Problem]:
    used: defaultdict[str, _Pairs] = defaultdict(set)
    for flow in met:
        used[policy.flows[flow].purpose] |= seen.get(flow, set())
    for purpose, pairs in used.items():
        for line in _never(policy.purposes[purpose].allows, pairs, catalogue):
            said = Text(
                f"用途 {purpose} 从未用到 “{line.element}”", f'purpose {purpose} never made use of "{line.element}"'
            )
            yield Problem(line.position, said)


def _access(policy: Policy, run: Run) -> Iterator[Problem]:
    # A right may come by a role: whoever stands on its path is seen too.
    seen = {name for grant in run.grants for name in grant.principals}
    if not seen:
        return
    for rule in policy.access.rules:
        if not any(is_called(name, rule.principals) for name in seen):
            named = ", ".join(rule.principals)
            said = Text(f"运行 {run.id} 没有见到主体 {named}", f"run {run.id} saw no grant to {named}")
            yield Problem(rule.position, said)


def _assets(policy: Policy, run: Run) -> Iterator[Problem]:
    """Names of assets under held_in and grades that none has: what they are misspelt for is not looked at."""
    read, names = _read(run), {f"{one.asset.source}.{one.asset.name}" for one in run.inspected}
    named = [(pattern, one.position) for one in policy.purposes.values() for pattern in one.held_in]
    named += [(grade.asset, grade.position) for grade in policy.classification.grades]
    for pattern, position in named:
        source = pattern.partition(".")[0]
        if (source in read or "*" in source) and not any(fnmatchcase(name, pattern) for name in names):
            yield Problem(position, Text(f"没有资产与 {pattern} 相符", f"no asset matches {pattern}"))


def _retention(policy: Policy, run: Run, catalogue: Catalogue) -> Iterator[Problem]:
    read = _read(run)
    lines = policy.storage.retention
    for line in lines:
        source = line.asset.partition(".")[0]
        if line.date is None or (source not in read and "*" not in source):
            continue
        meant = [one for one in run.inspected if _meant(line, one, catalogue)]
        if not meant:
            said = Text(f"没有资产与 {line.asset} 相符", f"no asset matches {line.asset}")
            yield Problem(line.position, said)
        elif line.date != FILE_MODIFIED and not any(line.date in one.columns for one in meant):
            said = Text(f"{line.asset} 没有 “{line.date}” 列", f'{line.asset} has no column "{line.date}"')
            yield Problem(line.position, said)
    for line in lines:
        counted = [other for other in lines if other.date is not None]
        uncounted = [
            one.asset.id
            for one in run.inspected
            if line.date is None and one.asset.kind not in (AssetKind.FEED, AssetKind.VIEW)
            if _meant(line, one, catalogue) and not any(_meant(other, one, catalogue) for other in counted)
        ]
        if uncounted:
            first, count = uncounted[0], len(uncounted)
            said = Text(
                f"这一期限适用于 {first} 等 {count} 个资产，但没有 retention 写明从哪一列（date）算起",
                f"the period holds for {count} asset(s), {first} the first, and no retention line names the date that it is counted from",
            )
            yield Problem(line.position, said)


def _meant(line: Retention, one: Inspected, catalogue: Catalogue) -> bool:
    held = {statement.identifier for statement in one.fields}
    return is_about(line, f"{one.asset.source}.{one.asset.name}", held, catalogue)


def _exceptions(policy: Policy, run: Run, as_of: date) -> Iterator[Problem]:
    found = [*run.findings, *(hidden.finding for hidden in run.suppressed)]
    partly = partly_read(run.coverage)
    breaches = [Breach.of_finding(finding, partly) for finding in found]
    for rule in policy.exceptions:
        lapsed = rule.until is not None and rule.until < as_of
        if not lapsed and not any(covers(rule, breach, as_of) for breach in breaches):
            said = Text(
                f"例外在运行 {run.id} 中没有用到，可以删除", f"the exception covered nothing of run {run.id}: remove it"
            )
            yield Problem(rule.position, said)
