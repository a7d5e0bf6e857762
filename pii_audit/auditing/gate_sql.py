"""May what this script exports leave? It is traced to the columns behind it, and judged before it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pii_audit.auditing.flows import Beyond
from pii_audit.auditing.gate import GateOptions, Judged, concluded
from pii_audit.auditing.queries import Queries, Reader
from pii_audit.errors import UsageError
from pii_audit.findings.funnel import Funnel, Ownership
from pii_audit.identifiers.catalogue import Catalogue
from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.run import Run
from pii_audit.model.sketch import Sketch
from pii_audit.policy.model import Flow, Policy
from pii_audit.rules.interface import Draft, proof


def gate_sql(
    reader: Reader,
    paths: Sequence[str],
    flow: Flow,
    policy: Policy,
    catalogue: Catalogue,
    fingerprinter: Fingerprinter,
    options: GateOptions,
) -> Run:
    """Judges what scripts let out by the rules of a flow. What cannot be traced is in the ledger, and a finding at its line.

    Raises UsageError where nothing leaves: a script that exports nothing is not the one that was meant.
    """
    started = datetime.now(options.timezone)
    queries = reader.read(paths)
    if not queries.inspected and not any(row.incomplete for row in queries.coverage):
        raise UsageError(
            Text("脚本中没有让数据离开的语句", "no statement of the script lets anything out"),
            where=", ".join(paths),
            todo=Text("确认这是导出脚本", "check that this is the script of the export"),
        )
    inspected = queries.inspected
    if _tells_people(queries, flow, policy):
        inspected = [replace(one, persons=queries.persons[one.asset.id]) for one in inspected]
    judged = Judged(started, inspected, queries.coverage, Beyond(inspected, origins=queries.origins))
    run = concluded(judged, flow, policy, catalogue, fingerprinter, options)
    # What could not be traced has the severity of what could not be inspected, and not that of a gap in proof.
    funnel = Funnel(policy, fingerprinter, options.as_of, options.standards, lambda _: Ownership(options.owner))
    gaps, suppressed, _ = funnel.run(_gaps(queries, flow))
    return replace(
        run,
        verdicts=tuple(map(queries.placed, run.verdicts)),
        findings=tuple(queries.located(one) for one in (*run.findings, *gaps)),
        suppressed=(*run.suppressed, *suppressed),
    )


def _tells_people(queries: Queries, flow: Flow, policy: Policy) -> bool:
    """Whether the people of the tables may stand for those who will be let out: they are too many only where nobody is left out."""
    limits = policy.recipients[flow.recipient].max_persons
    most = len(sum(set(queries.persons.values()), Sketch()))
    return not queries.restricted or limits is None or limits.per_run is None or most <= limits.per_run


def _gaps(queries: Queries, flow: Flow) -> Iterator[Draft]:
    """COV001, one finding a place."""
    for row in queries.coverage:
        if row.incomplete and row.reason is not None:
            yield Draft(
                "COV001",
                (flow.id, row.asset),
                Text(f"{row.asset} 未能追踪：{row.reason.zh}", f"{row.asset} could not be traced: {row.reason.en}"),
                outcome=Outcome.GAP,
                asset=row.id,
                flow=flow.id,
                recipient=flow.recipient,
                evidence=proof((), [row.id]),
            )
