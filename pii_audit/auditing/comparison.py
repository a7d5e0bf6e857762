"""A recorded run under two policies: which of its verdicts and findings an edit would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pii_audit.auditing.crawling import Earlier
from pii_audit.auditing.flows import Beyond, judge_flows, match_assets
from pii_audit.auditing.jobs import makes
from pii_audit.auditing.selfcheck import leaving_ids, recorded
from pii_audit.findings.funnel import Funnel, Ownership
from pii_audit.identifiers.model import Catalogue
from pii_audit.model.coverage import partly_read
from pii_audit.model.finding import Finding, Use, Verdict
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Inspected, Run
from pii_audit.policy.comparison import Change, FindingChange, Judged, compared
from pii_audit.policy.model import Policy
from pii_audit.rules.interface import Facts
from pii_audit.rules.registry import apply_rules
from pii_audit.workspace import Workspace, load_accounts, load_leavers


@dataclass(frozen=True)
class Recorded:
    """A run, and what else was known when it was judged.

    `provided` are other recorded readings of the year, `earlier` gives what recorded runs saw, run by run.
    """

    run: Run
    workspace: Workspace
    catalogue: Catalogue
    as_of: date
    provided: Sequence[Inspected] = ()
    earlier: Earlier | None = None

    def changes(self, before: Policy, after: Policy) -> tuple[tuple[Change, ...], tuple[FindingChange, ...]]:
        """The verdicts and the findings that differ."""
        old, new = self._judged(before), self._judged(after)
        verdicts = compared(_by_subject(old[0]), _by_subject(new[0]))
        changed = (
            Change(flow, element, first, second, form, fields)
            for (flow, element, form, fields), first, second in verdicts
        )
        return tuple(changed), tuple(_changed_findings(old[1], new[1]))

    def _judged(self, policy: Policy) -> tuple[tuple[Verdict, ...], list[Finding]]:
        """What the policy says of the run. The names in a recorded run are those that may be shown."""
        run, by_id = self.run, {one.asset.id: one for one in self.run.inspected}
        matched, undeclared = match_assets(
            policy, run.inspected, leaving_ids(self.workspace), makes(self.workspace, policy)
        )
        assets = {flow: [by_id[name] for name in names] for flow, names in matched.items()}
        beyond = Beyond(
            run.inspected,
            self.provided,
            read={row.source for row in run.coverage},
            coverage=run.coverage,
            zone=ZoneInfo(self.workspace.timezone),
        )
        verdicts = judge_flows(policy, assets, beyond, self.catalogue, self.as_of)
        facts = Facts(
            policy=policy,
            catalogue=self.catalogue,
            as_of=self.as_of,
            sources={source.id: source for source in self.workspace.sources},
            inspected=run.inspected,
            grants=run.grants,
            settings=run.settings,
            coverage=run.coverage,
            verdicts=verdicts,
            flows=policy.flows,
            undeclared=tuple(by_id[name] for name in undeclared),
            leavers=load_leavers(self.workspace),
            accounts=load_accounts(self.workspace),
            institution=self.workspace.institution,
            earlier=recorded(policy, [source.id for source in self.workspace.sources], self.earlier),
        )
        funnel = Funnel(
            policy, Fingerprinter.of_nobody(), self.as_of, (), lambda _: Ownership(), partly=partly_read(run.coverage)
        )
        return verdicts, funnel.run(apply_rules(facts))[0]


_Subject = tuple[str, str, str | None, tuple[str, ...]]


def _by_subject(verdicts: Sequence[Verdict]) -> dict[_Subject, Judged]:
    """The verdicts by what they are about; of several about one thing the first, which is the worst objection."""
    found: dict[_Subject, Judged] = {}
    for verdict in verdicts:
        if verdict.use is Use.NOT_SEEN and verdict.rule is None:
            continue  # what may leave and does not: no verdict on what was seen
        found.setdefault((verdict.flow, verdict.element, verdict.form, verdict.fields), Judged.of(verdict))
    return found


def _changed_findings(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[FindingChange]:
    old = {finding.fingerprint: finding for finding in before}
    new = {finding.fingerprint: finding for finding in after}
    for fingerprint in dict.fromkeys((*old, *new)):
        first, second = old.get(fingerprint), new.get(fingerprint)
        if first is None or second is None or first.severity is not second.severity:
            yield FindingChange(first, second)
