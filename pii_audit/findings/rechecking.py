"""When a finding that a run no longer shows counts as gone: the one rule, for the store and for baselines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pii_audit.detection.bounds import lower_bound, upper_bound
from pii_audit.language import Text
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.finding import Finding, Outcome
from pii_audit.model.forms import Form
from pii_audit.model.run import Run

READ = frozenset({CoverageStatus.INSPECTED, CoverageStatus.SAMPLED})

TRIED = "enumerate_hashes"
"""The note of a run on how long it tried numbers out."""
DIRECTORY = "directory"
"""What the ledger calls the export of the directory, which tells whose groups are."""

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
        """Whether it was looked at as hard as then; `before` None is unknown, so in full."""
        if self.status is CoverageStatus.INSPECTED:
            return True
        if self.status is not CoverageStatus.SAMPLED or before is None:
            return False
        if before.status is CoverageStatus.SAMPLED:
            return self.draws >= before.draws
        return before.status not in READ


class Statement(NamedTuple):
    """That an identifier stands in a field of an asset, in a form; free text has no field."""

    field: str | None
    identifier: str | None
    form: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one run looked into: source → asset id → how far, the flows of which it saw something, and what it found, by asset.

    `judged` are the flows of which it said something, be it that nothing of them was there, and `ended` says in words what is declared to
    have ended and was not there any more (`flow.sms`, `source.outbox`), and `tried` how many seconds numbers were tried out against
    digests. `places` tells by source, as a keyed hash, where it was; a source that is not in it may have been anywhere. `blank` are the
    assets that were opened and could not be read, so that nothing was found in them.
    """

    sources: Mapping[str, Mapping[str, Depth]] = field(default_factory=dict)
    flows: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    found: Mapping[str, frozenset[Statement]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[str, Text] = field(default_factory=dict)
    tried: int = 0
    blank: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, rows: Iterable[tuple[str, str, Depth]], flows: Iterable[str] = (), notes: Mapping[str, str] | None = None
    ) -> Ledger:
        """From rows of source, asset id and depth, several on one asset counting as the weakest, and from the notes of the run."""
        sources: dict[str, dict[str, Depth]] = {}
        for source, asset, depth in rows:
            listed = sources.setdefault(source, {})
            listed[asset] = min(listed.get(asset, depth), depth, key=lambda each: each.rank)
        noted = notes or {}
        tried = noted.get(TRIED, "")
        return cls(
            sources,
            frozenset(flows),
            places=_noted(noted, "source.", ".place"),
            ended=_ended(noted),
            tried=int(tried) if tried.isdecimal() else 0,
        )

    @classmethod
    def of_coverage(cls, rows: Iterable[Coverage], notes: Mapping[str, str] | None = None) -> Ledger:
        """From the coverage of a run, and its notes."""
        return cls.of(map(_row, rows), notes=notes)

    @classmethod
    def of_run(cls, run: Run) -> Ledger:
        """From a whole run."""
        seen = (verdict.flow for verdict in run.verdicts if verdict.assets)
        looked = cls.of(map(_row, run.coverage), seen, run.notes)
        found = {
            each.asset.id: frozenset(Statement(one.field, one.identifier, str(one.form)) for one in each.fields)
            for each in run.inspected
        }
        judged = frozenset(verdict.flow for verdict in run.verdicts)
        blank = frozenset(one.asset.id for one in run.inspected if one.coverage.status not in READ and not one.fields)
        return replace(looked, found=found, judged=judged, blank=blank)

    def get(self, asset: str) -> Depth | None:
        """How far that asset was looked into, None when it was not met."""
        for listed in self.sources.values():
            if asset in listed:
                return listed[asset]
        return None


def _noted(notes: Mapping[str, str], before: str, after: str) -> dict[str, str]:
    """The notes whose keys begin and end so, by what stands between."""
    return {
        key[len(before) : -len(after)]: value
        for key, value in notes.items()
        if value and key.startswith(before) and key.endswith(after)
    }


def _ended(notes: Mapping[str, str]) -> dict[str, Text]:
    return {name: Text(zh, notes.get(f"{name}.ended@en", zh)) for name, zh in _noted(notes, "", ".ended@zh").items()}


def _row(row: Coverage) -> tuple[str, str, Depth]:
    return row.source, row.id, Depth(row.status, row.draws or 0)


def rechecked(finding: Finding, before: Ledger, now: Ledger) -> bool:
    """Whether a run that no longer shows a finding has looked at all that it stands on, at least as strongly as before.

    * On an asset: that asset, and every other that its evidence names, was read again; or it is gone, and all else in its
      source was read, so that it was neither missed nor hidden by a new rule.
    * On a flow: something of that flow was seen again, or, where it stands on nothing that was seen, the flow was judged again;
      and what the next line says.
    * On a flow, a grant or a source: every asset of its source was read, save those that are gone (an outbox empties),
      that a rule left out before too, or that could not be read before either, when it was found without them; and every asset of other sources that its evidence names. What a gate judged outside
      of all sources is none: it shows there whether it leaves.
    * On a declaration alone: all sources of the run that showed it, since any of them may have been the cause.

    What values of other sources proved of a column of digests is refuted by a run alone that looked into all of those again, and what
    the directory told of who can read by one that could read it as well.

    Of a source that has ended and is where it was, nothing is left; so it is of a flow that has ended, once its source was read.

    What is not met in a source that lies elsewhere now is not gone for that. A sample that merely misses what another sample has seen refutes nothing: see `_Looked.missed`.
    """
    looked = _Looked(finding, before, now)
    if (finding.flow and not looked.at_flow) or not looked.at_digests or not looked.at_directory:
        return False
    if finding.asset and not finding.flow and not finding.principal:
        return all(map(looked.again, finding.assets))
    sources = {finding.source} if finding.source else looked.all_sources
    # An export that a gate judged lies in no source; whether it still leaves, the flow shows in its own.
    judged = before.sources.get("", {}) if finding.flow in now.flows else {}
    elsewhere = {asset for asset in finding.assets if asset.partition(":")[0] not in sources and asset not in judged}
    if elsewhere and "assets_total" in finding.evidence:
        # It stands on more than it lists, in other sources too.
        sources = {*sources, *looked.all_sources}
    return bool(sources) and all(map(looked.through, sources)) and all(map(looked.again, elsewhere))


def _stem(asset: str) -> str:
    """With what the names of all begin that a row of the ledger stands for: `share:hz/`, `core:crm.` of `core:crm.*`, `share:a.zip`."""
    return asset.removesuffix("*")


def _beginnings(asset: str) -> Iterator[str]:
    """The stems of the folders, containers, schemas and databases that an asset lies in."""
    for place, sign in enumerate(asset):
        if sign in "/!.":
            yield asset[:place]
            yield asset[: place + 1]


def ending(finding: Finding, now: Ledger) -> Text | None:
    """What a run says of the end of a finding's flow or source, in words."""
    return _Looked(finding, Ledger(), now).ending


@dataclass(frozen=True, slots=True)
class _Looked:
    """How a run looked at what an earlier finding stands on."""

    finding: Finding
    before: Ledger
    now: Ledger

    @property
    def at_flow(self) -> bool:
        """Whether the finding's flow was seen again, or, where it stands on nothing seen, judged again; or is no more."""
        judged = self.now.flows if self.finding.assets else self.now.flows | self.now.judged
        return self.finding.flow in judged or self.ending is not None

    @property
    def ending(self) -> Text | None:
        """That the finding's flow or source has ended, in words."""
        names = (f"flow.{self.finding.flow}", f"source.{self.finding.source}")
        return next((self.now.ended[name] for name in names if name in self.now.ended), None)

    @property
    def all_sources(self) -> Collection[str]:
        """The sources of the run that showed it."""
        return self.before.sources.keys() - {DIRECTORY}

    @property
    def at_digests(self) -> bool:
        """Whether the digests among what it stands on are told again, are gone, or were held against as much as before."""
        held = (one for one in _listed(self.finding.evidence.get("found")) if one.get("form") == Form.BARE_HASH)
        if all(map(self._told_again, held)):
            return True
        sources = self.all_sources
        return self.now.tried >= self.before.tried and bool(sources) and all(map(self.through, sources))

    def _told_again(self, found: Mapping[str, Any]) -> bool:
        asset = str(found.get("asset"))
        # The files of a flow are others every day.
        assets = self.now.found if self.finding.flow else (asset,)
        gone = not self.finding.flow and self.now.get(asset) is None
        told = {one[:2] for name in assets for one in self.now.found.get(name, ())}
        return gone or _statement(found)[:2] in told

    @property
    def at_directory(self) -> bool:
        """Whether of the directory no more was unreadable than then, where it is about who can read."""
        then, now = (
            {asset for asset, depth in run.sources.get(DIRECTORY, {}).items() if depth.status is CoverageStatus.FAILED}
            for run in (self.before, self.now)
        )
        return not self.finding.principal or now <= then

    def again(self, asset: str) -> bool:
        """Whether the asset was read again, or is gone."""
        if f"source.{asset.partition(':')[0]}" in self.now.ended:
            return self.through(asset.partition(":")[0])
        depth = self.now.get(asset)
        if depth is not None:
            then = self.before.get(asset)
            return depth.as_strong_as(then) and not self.missed(asset, depth, then)
        source = asset.partition(":")[0]
        listed = self.now.sources.get(source, {})
        left_out = (_stem(name) for name, depth in listed.items() if depth.status is CoverageStatus.SKIPPED)
        return not any(map(asset.startswith, left_out)) and self.through(source)

    def through(self, source: str) -> bool:
        """Whether all that is there of a source was read, save what a rule left out before too."""
        before, now = self.before.sources.get(source, {}), self.now.sources.get(source, {})
        unmet = {beginning for asset in before.keys() - now.keys() for beginning in _beginnings(asset)}

        def enough(asset: str, depth: Depth) -> bool:
            if depth.status is CoverageStatus.SKIPPED:
                # A folder that is left out now may be where something lay that was read before.
                was_read = (
                    before[asset].status is not CoverageStatus.SKIPPED if asset in before else _stem(asset) in unmet
                )
                return not was_read
            if asset not in before:
                return depth.status in READ
            if asset in self.before.blank and asset in self.now.blank:
                return not self._may_stand_on(asset) and _stem(asset) not in unmet
            return depth.as_strong_as(before[asset]) and not self.missed(asset, depth, before[asset])

        if before.keys() - now.keys() and self.moved(source):
            return False
        if f"source.{source}" in self.now.ended:
            return True
        if source == DIRECTORY:
            # The ledger has its problems alone.
            return DIRECTORY in self.now.places and not now
        # An empty outbox is what a flow that has ended leaves behind; else it may be a share that is not there today.
        emptied = self.ending is not None and source in self.now.places and not now
        return (emptied or any(depth.status in READ for depth in now.values())) and all(
            enough(asset, depth) for asset, depth in now.items()
        )

    def _may_stand_on(self, asset: str) -> bool:
        """Whether the finding may stand on an asset in which nothing was found: on that it could not be read, above all."""
        more = "assets_total" in self.finding.evidence and self.finding.outcome is Outcome.GAP
        return more or asset in self.finding.assets

    def moved(self, source: str) -> bool:
        """Whether the source is known to lie elsewhere than it did."""
        before, now = self.before.places.get(source), self.now.places.get(source)
        return before is not None and now is not None and before != now

    def missed(self, asset: str, now: Depth, then: Depth | None) -> bool:
        """Whether a sample may have missed what another sample of the asset showed.

        It has not where it shows the same again, which is a breach no more (a grant is gone, encryption is declared), or where
        its bound at 95 % lies below the least share that the earlier sample fits. Of what the evidence does not say, or no longer
        lists, the asset has to hold something still.
        """
        if then is None or {now.status, then.status} != {CoverageStatus.SAMPLED}:
            return False
        evidence, holds = self.finding.evidence, self.now.found.get(asset, frozenset())
        found = [one for one in _listed(evidence.get("found")) if one.get("asset") == asset]
        if not found:
            return not holds and (asset in self.finding.assets or "assets_total" in evidence)
        bound = upper_bound(0, now.draws)
        return any(_statement(one) not in holds and bound >= _least_share(one, then.draws) for one in found)


def _listed(found: Any) -> list[Mapping[str, Any]]:
    """The statements of a finding's evidence, which a baseline has from a file."""
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _statement(found: Mapping[str, Any]) -> Statement:
    words = (found.get(name) for name in Statement._fields)
    return Statement(*(word if isinstance(word, str) else None for word in words))


def _least_share(found: Mapping[str, Any], draws: int) -> float:
    """The smallest share of rows that fits what a sample of so many independent draws showed."""
    hits, rows = found.get("hits"), found.get("rows_inspected")
    if not isinstance(hits, int) or not isinstance(rows, int) or rows <= 0:
        return 0.0
    draws = min(draws, rows)
    return lower_bound(hits * draws // rows, draws)
