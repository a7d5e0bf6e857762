"""What has ended: sources and flows that are declared so, and of which this run met nothing any more.

A declaration alone ends nothing: what is still there is read and judged as before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pii_audit.detection.redact import Redactor
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.ended import Ended
from pii_audit.model.run import Inspected
from pii_audit.policy.matching import FlowMatcher
from pii_audit.policy.model import Policy
from pii_audit.sources.interface import ROOT_NAME, Absent, failed, skipped
from pii_audit.workspace import Source

WHOLE = ("", ROOT_NAME)
"""As what a source names itself in the ledger."""
_LASTING = ("database", "file_share", "bundle")
_VANISHED = Text(
    "以前的运行读到过内容，现在什么都没有：请确认 url 和挂载；若已撤除，在 audit.yaml 中写 ended",
    "earlier runs read something here and now there is nothing: check its url and that it is mounted; where it has ended, say so (ended)",
)

_LETS_IN_NOTHING = Text(
    "include 没有匹配到任何文件，全部被排除：请核对写法",
    "include matches none of the files that are there, so that all are left out: check how it is written",
)


def ended_sources(
    sources: Sequence[Source], rows: Sequence[Coverage], inspected: Sequence[Inspected], as_of: date
) -> Mapping[str, Ended]:
    """Those that are declared to have ended and of which nothing is there; `rows` are what listing and reading them gave."""
    met = {one.asset.source for one in inspected}
    return {
        source.id: source.ended
        for source in sources
        if source.ended is not None and source.ended.by_then(as_of) and source.id not in met
        if nothing_there([row for row in rows if row.source == source.id])
    }


def nothing_there(rows: Sequence[Coverage]) -> bool:
    """Whether a source is empty, or not there; one that keeps us out is there, whatever is declared."""
    whole = all(row.status is CoverageStatus.FAILED and row.asset in WHOLE for row in rows)
    return whole and (not rows or any(isinstance(row.reason, Absent) for row in rows))


def vanished(
    sources: Sequence[Source],
    rows: Sequence[Coverage],
    inspected: Sequence[Inspected],
    ended: Collection[str],
    held: Callable[[str], bool],
) -> Iterator[Coverage]:
    """Sources that `held` something in earlier runs and are empty: so is a folder on which its share is not mounted.

    An outbox empties, and so may what export jobs stand in.
    """
    met = {one.asset.source for one in inspected} | {row.source for row in rows}
    for source in sources:
        if source.id not in met and source.id not in ended and source.kind in _LASTING and held(source.id):
            yield failed(source.id, ROOT_NAME, _VANISHED)


def let_in_nothing(
    sources: Sequence[Source], rows: Sequence[Coverage], inspected: Sequence[Inspected]
) -> Iterator[Coverage]:
    """File shares of which `include` leaves out all that is there: an outbox waits for what it names, a share was to be read."""
    read = {one.asset.source for one in inspected} | {
        row.source for row in rows if row.status is not CoverageStatus.SKIPPED
    }
    met = {row.source for row in rows}
    for source in sources:
        if source.kind == "file_share" and source.include and source.id in met - read:
            yield failed(source.id, ROOT_NAME, _LETS_IN_NOTHING)


def left_out(rows: Sequence[Coverage], ended: Mapping[str, Ended]) -> Iterator[Coverage]:
    """The ledger in which what has ended is no more something that could not be inspected."""
    yield from (row for row in rows if row.source not in ended)
    yield from (skipped(source, ROOT_NAME, said.words) for source, said in ended.items())


def ended_flows(policy: Policy, listed: Collection[str], rows: Sequence[Coverage], as_of: date) -> Mapping[str, Ended]:
    """Those that are declared to have ended and of which nothing is in the ledger, among the flows of sources that were listed."""
    flows = FlowMatcher(policy)
    met = {
        flow.id for row in rows if row.asset not in WHOLE and (flow := flows.find(row.source, row.asset)) is not None
    }
    return {
        flow.id: flow.ended
        for flow in policy.flows.values()
        if flow.ended is not None and flow.ended.by_then(as_of) and flow.source in listed and flow.id not in met
    }


def notes_of_ended(kind: str, ended: Mapping[str, Ended], redactor: Redactor) -> dict[str, str]:
    """What a run notes of them, in both languages (`pii_audit.findings.rechecking`)."""
    notes: dict[str, str] = {}
    for name, said in ended.items():
        ref = redactor.name(said.ref) if said.ref else None
        words = replace(said, by=redactor.person(said.by), ref=ref).words
        notes |= {f"{kind}.{name}.ended@zh": words.zh, f"{kind}.{name}.ended@en": words.en}
    return notes
