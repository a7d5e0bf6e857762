"""When a finding that a run no longer shows counts as gone: the one rule, for the store and for baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding

READ = frozenset({CoverageStatus.INSPECTED, CoverageStatus.SAMPLED})

_WEAKEST_FIRST = (CoverageStatus.FAILED, CoverageStatus.SKIPPED, CoverageStatus.SAMPLED, CoverageStatus.INSPECTED)


@dataclass(frozen=True, slots=True)
class Depth:
    """How far one asset was looked into; `draws` are the independent draws of a sample."""

    status: CoverageStatus
    draws: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts the weakest look first."""
        return _WEAKEST_FIRST.index(self.status), self.draws

    def as_strong_as(self, before: Depth | None) -> bool:
        """Whether not seeing something now refutes having seen it then; `before` None is unknown, so in full."""
        if self.status is CoverageStatus.INSPECTED:
            return True
        if self.status is not CoverageStatus.SAMPLED or before is None:
            return False
        if before.status is CoverageStatus.SAMPLED:
            return self.draws >= before.draws
        return before.status not in READ


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one run looked into: source → asset id → how far, and the flows of which it saw something."""

    sources: Mapping[str, Mapping[str, Depth]] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, Depth]], flows: Iterable[str] = ()) -> Ledger:
        """From rows of source, asset id and depth; several on one asset count as the weakest."""
        sources: dict[str, dict[str, Depth]] = {}
        for source, asset, depth in rows:
            listed = sources.setdefault(source, {})
            listed[asset] = min(listed.get(asset, depth), depth, key=lambda each: each.rank)
        return cls(sources, frozenset(flows))

    @classmethod
    def of_coverage(cls, rows: Iterable[Coverage], flows: Iterable[str] = ()) -> Ledger:
        """From the coverage of a run, and the flows that it judged."""
        return cls.of(((row.source, row.id, Depth(row.status, row.draws or 0)) for row in rows), flows)

    def get(self, asset: str) -> Depth | None:
        """How far that asset was looked into, None when it was not met."""
        for listed in self.sources.values():
            if asset in listed:
                return listed[asset]
        return None


def rechecked(finding: Finding, before: Ledger, now: Ledger) -> bool:
    """Whether a run that no longer shows a finding has looked at all that it stands on, at least as strongly as before.

    * On an asset: that asset, and every other that its evidence names, was read again; or it is gone, and all else in its
      source was read, so that it was neither missed nor hidden by a new rule.
    * On a flow: something of that flow was seen again, and what the next line says.
    * On a flow, a grant or a source: every asset of its source was read, save those that are gone (an outbox empties)
      or that a rule left out before too; and every asset of other sources that its evidence names.
    * On a declaration alone: all sources of the run that showed it, since any of them may have been the cause.
    """
    if finding.flow and finding.flow not in now.flows:
        return False
    if finding.asset and not finding.flow and not finding.principal:
        return _all_read(finding.assets, before, now)
    sources = {finding.source} if finding.source else set(before.sources)
    elsewhere = {asset for asset in finding.assets if asset.partition(":")[0] not in sources}
    return (
        bool(sources)
        and all(_source_read(before.sources.get(source, {}), now.sources.get(source, {})) for source in sources)
        and _all_read(elsewhere, before, now)
    )


def _all_read(assets: Iterable[str], before: Ledger, now: Ledger) -> bool:
    return all(_read_again(asset, before, now) for asset in assets)


def _read_again(asset: str, before: Ledger, now: Ledger) -> bool:
    depth = now.get(asset)
    if depth is not None:
        return depth.as_strong_as(before.get(asset))
    source = asset.partition(":")[0]
    listed = now.sources.get(source, {})
    hidden = any(depth.status is CoverageStatus.SKIPPED and asset.startswith(name) for name, depth in listed.items())
    return not hidden and _source_read(before.sources.get(source, {}), listed)


def _source_read(before: Mapping[str, Depth], now: Mapping[str, Depth]) -> bool:
    def enough(asset: str, depth: Depth) -> bool:
        if depth.status is CoverageStatus.SKIPPED:
            return asset not in before or before[asset].status is CoverageStatus.SKIPPED
        if asset not in before:
            return depth.status in READ
        return depth.as_strong_as(before[asset])

    return any(depth.status in READ for depth in now.values()) and all(
        enough(asset, depth) for asset, depth in now.items()
    )
