"""Declared flows and what was seen of them: which asset belongs to which, and what is known beyond the assets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from typing import TypeAlias

from pii_audit.auditing.history import History, first_columns
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Verdict
from pii_audit.model.run import Inspected
from pii_audit.model.sketch import EXACT_PERSONS, Sketch
from pii_audit.policy.evaluation import ConsentProof, Knowledge, Observed, evaluate_flow
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import CUSTOMER, Flow, Policy, Population

ESTIMATE_ERROR = 0.05
"""Above EXACT_PERSONS people sketches estimate: a share this close to all of them may be all or not, and is not known."""

Makes: TypeAlias = Callable[[Asset], Flow | None]
"""The flow of which a script makes the files, where audit.yaml says so."""
Origins: TypeAlias = Mapping[tuple[str, str], Collection[str]]
"""Asset and column of a query → the ids of the tables that the column is made of."""


def match_assets(
    policy: Policy, inspected: Sequence[Inspected], feeds: Collection[str], makes: Makes | None = None
) -> tuple[dict[str, list[str]], list[str]]:
    """The asset ids of each flow, and those of feeds that no flow names; `makes` tells the flow of what a script lets out.

    Raises ConfigurationError when two flows match one asset.
    """
    matched: dict[str, list[str]] = {flow: [] for flow in policy.flows}
    undeclared: list[str] = []
    flows = FlowMatcher(policy)
    for one in inspected:
        flow = (makes and makes(one.asset)) or flows.find(one.asset.source, one.asset.name)
        if flow is not None:
            matched[flow.id].append(one.asset.id)
        elif one.asset.source in feeds:
            undeclared.append(one.asset.id)
    return matched, undeclared


@dataclass(frozen=True)
class Beyond:
    """What the judge of a flow is told beside its assets: all that this run saw, and what was provided earlier this year.

    `provided` is None where no store says so, `first` what the first recorded run of the year saw in the feeds. `read` are
    the sources that were listed as a whole: a flow of theirs of which nothing is in the ledger (`coverage`) is judged too. `origins` are the
    tables behind each column of a query, by its asset and name; days are those of `zone`.
    """

    inspected: Sequence[Inspected] = ()
    provided: Sequence[Inspected] | None = None
    first: Sequence[Inspected] = ()
    read: Collection[str] = ()
    coverage: Sequence[Coverage] = ()
    origins: Origins = field(default_factory=dict)
    zone: tzinfo = UTC


def judge_flows(
    policy: Policy, assets: Mapping[str, Sequence[Inspected]], beyond: Beyond, catalogue: Catalogue, as_of: date
) -> tuple[Verdict, ...]:
    """The verdicts on every flow of which something was seen, or should have been."""
    delivered = {flow: _read(mine) for flow, mine in assets.items()}
    history = History.of(policy, delivered, beyond.provided or (), as_of, beyond.zone)
    recorded = beyond.provided is not None
    abroad = history.abroad(catalogue) if recorded else None
    first = first_columns(policy, beyond.first)
    flows = FlowMatcher(policy)
    met = {flow.id for row in beyond.coverage if (flow := flows.find(row.source, row.asset)) is not None}
    verdicts: list[Verdict] = []
    for name, every in assets.items():
        flow = policy.flows[name]
        mine = [one for one in every if one.coverage.status is not CoverageStatus.SKIPPED]
        if mine or (flow.source in beyond.read and name not in met):
            knowledge = Knowledge(
                persons_this_year=history.told(flow.recipient) if recorded else None,
                abroad_this_year=abroad.everybody if abroad else None,
                sensitive_this_year=abroad.sensitive if abroad else None,
                persons_per_day=history.persons_per_day(flow.recipient) if recorded and _daily(policy, flow) else None,
                deliveries=history.deliveries(flow) if flow.frequency else None,
                known_columns=first.get(flow.id),
                population_share=_share(flow.population, mine, beyond) if flow.population else None,
                population_untold=_untold(flow.population, mine) if flow.population else 0,
                consent=_proofs(flow, mine),
            )
            observed = Observed(tuple(mine))
            verdicts += evaluate_flow(policy, flow, observed, catalogue, as_of=as_of, knowledge=knowledge)
    return tuple(verdicts)


def _daily(policy: Policy, flow: Flow) -> bool:
    """Whether people are to be counted by the day."""
    limits = policy.recipients[flow.recipient].max_persons
    return limits is not None and limits.per_day is not None


def _proofs(flow: Flow, mine: Sequence[Inspected]) -> dict[str, ConsentProof]:
    """Rows whose consent column says yes, and the rest, by asset; one without the column says nothing and is left out."""
    proofs: dict[str, ConsentProof] = {}
    for one in _read(mine):
        tally = one.tally.fields.get(flow.consent.field) if flow.consent and flow.consent.field else None
        if tally is not None:
            given = max(0, tally.filled - tally.refused)
            proofs[one.asset.id] = ConsentProof(given=given, missing=one.tally.rows - given)
    return proofs


def _read(mine: Sequence[Inspected]) -> list[Inspected]:
    """What was read itself: which rows of its tables a query will let out is not known before it runs."""
    return [one for one in mine if one.asset.kind is not AssetKind.QUERY]


def _share(population: Population, mine: Sequence[Inspected], beyond: Beyond) -> float | None:
    """The share of the people in a flow who belong to its population; None when one of the two was not seen."""
    read = _read(mine)
    if not read:
        return _share_of_queries(population, mine, beyond.origins)
    within = _people(
        population.key,
        [one for one in beyond.inspected if f"{one.asset.source}.{one.asset.name}" == population.within],
    )
    here = _people(population.key, read)
    if not within.payload or not here.payload:
        return None
    share = min(1.0, here.common(within) / len(here))
    estimated = max(len(here), len(within)) > EXACT_PERSONS
    return None if estimated and share > 1.0 - ESTIMATE_ERROR else share


def _untold(population: Population, mine: Sequence[Inspected]) -> int:
    """The rows of tables in which the population's key stands nowhere, so that nobody knows whose they are."""
    untold = 0
    for one in _read(mine):
        keyed = [
            found.hits
            for found in one.fields
            if (found.identifier, found.subject) == (population.key, CUSTOMER) and found.field is not None
        ]
        untold += max(0, one.tally.rows - sum(keyed)) if one.columns and one.fields else 0
    return untold


def _share_of_queries(population: Population, queries: Sequence[Inspected], origins: Origins) -> float | None:
    """All of them where whatever is personal comes from the population's own table, else not known."""
    statements = [one for query in queries for one in query.fields]
    tables = {table for one in statements for table in origins.get((one.asset, one.field or ""), ())}
    keyed = any(one.identifier == population.key for one in statements)
    return 1.0 if keyed and {table.replace(":", ".", 1) for table in tables} == {population.within} else None


def _people(key: str, assets: Sequence[Inspected]) -> Sketch:
    total = Sketch()
    for one in assets:
        for statement in one.fields:
            if statement.identifier == key and statement.subject == CUSTOMER:
                total += one.tally.fields[statement.field or FREE_TEXT].evidence[key].persons
    return total
