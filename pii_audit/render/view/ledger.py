"""The coverage ledger: what could not be inspected first, then what a rule left out, then what was read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.run import Run
from pii_audit.render.view.words import Words

STATUSES = (CoverageStatus.FAILED, CoverageStatus.SKIPPED, CoverageStatus.SAMPLED, CoverageStatus.INSPECTED)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One object of the ledger, in printed form."""

    source: str
    asset: str
    status: str
    reason: str
    read: str


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many objects of one source ended in each status of STATUSES."""

    source: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger by status, and its counts by source; `counts` follow STATUSES. `unchanged` were not read again, since nothing has changed."""

    failed: tuple[LedgerRow, ...]
    skipped: tuple[LedgerRow, ...]
    read: tuple[LedgerRow, ...]
    sources: tuple[SourceCount, ...]
    counts: tuple[int, ...]
    unchanged: int


def ledger(run: Run, words: Words) -> Ledger:
    """The whole ledger of a run; nothing is left out here."""
    by_source: dict[str, Counter[CoverageStatus]] = {}
    for row in run.coverage:
        by_source.setdefault(row.source, Counter())[row.status] += 1
    total = Counter(row.status for row in run.coverage)

    def of(*statuses: CoverageStatus) -> tuple[LedgerRow, ...]:
        rows = sorted((row for row in run.coverage if row.status in statuses), key=lambda row: (row.source, row.asset))
        return tuple(_row(row, words) for row in rows)

    return Ledger(
        failed=of(CoverageStatus.FAILED),
        skipped=of(CoverageStatus.SKIPPED),
        read=of(CoverageStatus.SAMPLED, CoverageStatus.INSPECTED),
        sources=tuple(
            SourceCount(source, tuple(counts[status] for status in STATUSES))
            for source, counts in sorted(by_source.items())
        ),
        counts=tuple(total[status] for status in STATUSES),
        unchanged=run.unchanged,
    )


def _row(row: Coverage, words: Words) -> LedgerRow:
    if row.rows is not None and row.total is not None:
        read = words("rows_of_total", rows=row.rows, total=row.total)
    elif row.rows is not None:
        read = words("rows", rows=row.rows)
    else:
        read = words("bytes", bytes=row.bytes) if row.bytes is not None else ""
    reason = row.remark.in_(words.language) if row.remark else ""
    return LedgerRow(row.source, row.asset, row.status.value, reason, read)
