"""Outbound flows: from which source to whom, and what the policy says of each element."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pii_audit.model.finding import Outcome, Use, Verdict
from pii_audit.model.run import Run
from pii_audit.render.view.words import Words

OUTCOMES = (Outcome.VIOLATION.value, Outcome.GAP.value, Outcome.COMPLIANT.value)
"""Worst first: the order of rows, ribbons and counts."""


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One verdict in printed form; `seen` tells an element of data from a property of the flow (agreement, basis …).

    `use`, `amount` (prevalence and people), `declared` and `allowed` set an element as it was seen beside what was declared
    and what is allowed; they are empty for what is no element.
    """

    element: str
    form: str
    outcome: str
    message: str
    fields: tuple[str, ...]
    rule: str
    policy: str
    trail: tuple[str, ...]
    remedy: str
    seen: bool
    use: str = ""
    amount: str = ""
    declared: tuple[str, ...] = ()
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class FlowView:
    """One flow; `sources` and `recipient` may be unknown (empty). `counts` follow OUTCOMES, without what was never seen."""

    id: str
    sources: tuple[str, ...]
    recipient: str
    region: str
    purpose: str
    abroad: bool
    elements: tuple[ElementRow, ...]
    counts: tuple[int, ...]

    def destination(self, words: Words) -> str:
        """That the recipient is abroad, and where as far as known; empty for one at home."""
        if not self.abroad:
            return ""
        return words("abroad", region=self.region) if self.region else words("abroad_somewhere")

    @property
    def outcome(self) -> str:
        """The worst outcome of any element."""
        return next((name for name, count in zip(OUTCOMES, self.counts, strict=True) if count), OUTCOMES[-1])


def flows(run: Run, words: Words) -> tuple[FlowView, ...]:
    """Every flow that has a verdict, worst first.

    Source, recipient, purpose and region come from the run's notes `flow.<id>.source|recipient|purpose|region`, else
    from verdicts and findings. Abroad is what is not in the region of the note `region` (CN without one), and what
    has a verdict under a cross-border rule.
    """
    by_flow: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        by_flow.setdefault(verdict.flow, []).append(verdict)
    recipients = {finding.flow: finding.recipient for finding in run.findings if finding.flow and finding.recipient}
    views = [_flow(run, flow, verdicts, recipients.get(flow) or "", words) for flow, verdicts in by_flow.items()]
    return tuple(sorted(views, key=lambda view: (*(-count for count in view.counts[:2]), view.id)))


def people_of_flows(run: Run) -> dict[str, int]:
    """The people of a flow: of the asset of it that concerns most, since the same people are in every day's file."""
    persons = {one.asset.id: len(one.persons) for one in run.inspected}
    most: dict[str, int] = {}
    for verdict in run.verdicts:
        for asset in verdict.assets:
            most[verdict.flow] = max(most.get(verdict.flow, 0), persons.get(asset, 0))
    return most


def _flow(run: Run, flow: str, verdicts: list[Verdict], recipient: str, words: Words) -> FlowView:
    region = run.notes.get(f"flow.{flow}.region", "")
    counts = Counter(verdict.outcome.value for verdict in verdicts if not unused(verdict))
    sources = {asset.partition(":")[0] for verdict in verdicts for asset in verdict.assets}
    if noted := run.notes.get(f"flow.{flow}.source"):
        sources = {noted}
    ordered = sorted(
        verdicts, key=lambda verdict: (OUTCOMES.index(verdict.outcome.value), unused(verdict), verdict.element)
    )
    return FlowView(
        id=flow,
        sources=tuple(sorted(sources)),
        recipient=_note(run, flow, "recipient") or recipient,
        region=region,
        purpose=_note(run, flow, "purpose"),
        abroad=bool(region and region != run.notes.get("region", "CN"))
        or any((verdict.rule or "").startswith("XBR") for verdict in verdicts),
        elements=tuple(_element(verdict, words) for verdict in ordered),
        counts=tuple(counts[name] for name in OUTCOMES),
    )


def _note(run: Run, flow: str, name: str) -> str:
    """What the run notes of a flow; a gate judges one flow and notes it without a prefix."""
    alone = run.notes.get(name, "") if run.notes.get("flow") == flow else ""
    return run.notes.get(f"flow.{flow}.{name}", alone)


def _element(verdict: Verdict, words: Words) -> ElementRow:
    language = words.language
    return ElementRow(
        element=verdict.element,
        form=verdict.form or "",
        outcome=verdict.outcome.value,
        message=verdict.message.in_(language),
        fields=verdict.fields,
        rule=verdict.rule or "",
        policy=verdict.policy.to_line if verdict.policy else "",
        trail=tuple(position.to_line for position in verdict.trail[:-1]),
        remedy=verdict.remedy.in_(language) if verdict.remedy else "",
        seen=bool(verdict.identifier or verdict.fields or verdict.use),
        use=verdict.use.value if verdict.use else "",
        amount=_amount(verdict, words),
        declared=verdict.declared,
        allowed=verdict.allowed.in_(language) if verdict.allowed else "",
    )


def unused(verdict: Verdict) -> bool:
    """Whether it only says that something which may leave was never seen: nothing that was judged."""
    return verdict.use is Use.NOT_SEEN and verdict.outcome is Outcome.COMPLIANT


def _amount(verdict: Verdict, words: Words) -> str:
    if verdict.measured is None:
        return ""
    share = words.percent(verdict.measured.prevalence)
    return words("seen_of", share=share, persons=verdict.measured.persons) if verdict.measured.persons else share
