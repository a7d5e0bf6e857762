"""Declared flows and what was seen of them: which asset belongs to which, and what is known beyond the assets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Verdict
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import EXACT_PERSONS, Sketch
from pii_audit.policy.evaluation import ConsentProof, Knowledge, Observed, evaluate_flow
from pii_audit.policy.matching import match_flows
from pii_audit.policy.model import Flow, Policy, Population

ESTIMATE_ERROR = 0.05
"""Above EXACT_PERSONS people, a share this close to all of them is not told from all: sketches then estimate."""


def match_assets(
    policy: Policy, inspected: Sequence[Inspected], feeds: Collection[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """The asset ids of each flow, and those of feeds that no flow names.

    Raises ConfigurationError when two flows match one asset.
    """
    matched: dict[str, list[str]] = {flow: [] for flow in policy.flows}
    undeclared: list[str] = []
    for one in inspected:
        flow = match_flows(policy, one.asset.source, one.asset.name)
        if flow is not None:
            matched[flow.id].append(one.asset.id)
        elif one.asset.source in feeds:
            undeclared.append(one.asset.id)
    return matched, undeclared


def judge_flows(
    policy: Policy,
    assets: Mapping[str, Sequence[Inspected]],
    inspected: Sequence[Inspected],
    catalogue: Catalogue,
    as_of: date,
) -> tuple[Verdict, ...]:
    """The verdicts on every flow of which something was seen."""
    verdicts: list[Verdict] = []
    for name, mine in assets.items():
        if mine:
            flow = policy.flows[name]
            knowledge = know(flow, mine, inspected)
            verdicts += evaluate_flow(policy, flow, Observed(tuple(mine)), catalogue, as_of=as_of, knowledge=knowledge)
    return tuple(verdicts)


def know(flow: Flow, mine: Sequence[Inspected], inspected: Sequence[Inspected]) -> Knowledge:
    """What the other assets of a run tell of a flow: its population and the proof of consent."""
    return Knowledge(
        population_share=_share(flow.population, mine, inspected) if flow.population else None,
        consent=_proofs(flow, mine),
    )


def _proofs(flow: Flow, mine: Sequence[Inspected]) -> dict[str, ConsentProof]:
    """Rows whose consent column says yes, and the rest, by asset; one without the column says nothing and is left out."""
    proofs: dict[str, ConsentProof] = {}
    for one in mine:
        tally = one.tally.fields.get(flow.consent.field) if flow.consent and flow.consent.field else None
        if tally is not None:
            given = max(0, tally.filled - tally.refused)
            proofs[one.asset.id] = ConsentProof(given=given, missing=one.tally.rows - given)
    return proofs


def _share(population: Population, mine: Sequence[Inspected], inspected: Sequence[Inspected]) -> float | None:
    """The share of the people in a flow who belong to its population; None when one of the two was not seen."""
    within = _people(
        population.key, [one for one in inspected if f"{one.asset.source}.{one.asset.name}" == population.within]
    )
    here = _people(population.key, mine)
    if not within.payload or not here.payload:
        return None
    share = here.common(within) / len(here)
    estimated = max(len(here), len(within)) > EXACT_PERSONS
    return 1.0 if share > 1.0 or (estimated and share > 1.0 - ESTIMATE_ERROR) else share


def _people(key: str, assets: Sequence[Inspected]) -> Sketch:
    total = Sketch()
    for one in assets:
        for statement in one.fields:
            if statement.identifier == key:
                total += one.tally.fields[statement.field or FREE_TEXT].evidence[key].persons
    return total
