"""What is done with each column: read off the verdicts on the export, and asked of the policy form by form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pii_audit.auditing.fixing.remedy import Accepting, Keys, Remedy
from pii_audit.detection.shields import Words
from pii_audit.errors import Position
from pii_audit.identifiers.names import tokens
from pii_audit.model.finding import Finding, Outcome, Verdict
from pii_audit.model.run import Inspected, Run
from pii_audit.policy.evaluation.case import Case
from pii_audit.sources.format.jsonpath import ROOT

Reason = Verdict | Finding
"""What a column was objected to by: both cite a rule and a line of the policy."""
PROHIBITED = "STO001"
"""What may not be kept may not leave either, in whatever form, and no flow's verdict says so."""
SUFFIX = "_hmac"
"""Tells a keyed hash from a bare one; so is a column called that comes to hold the former."""


@dataclass(frozen=True)
class Treatment:
    """What is done inside a column that stays.

    `remedies` by identifier, None: a cell with it is emptied; `others` may stay. `owner` is the identifier that the column is about, by
    which cells are treated too that hold neither.
    """

    remedies: Mapping[str, Remedy | None]
    owner: str | None = None
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What is done with columns, by shown name; what is in neither stays untouched. `reasons` cites rule and line."""

    dropped: frozenset[str] = frozenset()
    treated: Mapping[str, Treatment] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    def dropping(self, columns: Mapping[str, Reason]) -> Plan:
        """The plan with more columns left out."""
        gone = self.dropped | columns.keys()
        kept = {name: one for name, one in self.treated.items() if name not in gone}
        renamed = {name: new for name, new in self.renamed.items() if name not in gone}
        return Plan(gone, kept, renamed, {**self.reasons, **columns})

    def original(self, name: str) -> str:
        """The name that a column of the fixed export had before."""
        return next((old for old, new in self.renamed.items() if new == name), name)


@dataclass(frozen=True)
class Judge:
    """Whose verdicts are put right: one flow's, of which `tolerated` outcomes are none to put right.

    `renames` says whether the format lets a column have another name.
    """

    case: Case
    tolerated: frozenset[Outcome]
    keys: Keys | None
    renames: bool

    def plan(self, run: Run) -> Plan:
        """The plan for an export, from the run of its gate."""
        accepting = Accepting(self.case, self.tolerated)
        [one] = run.inspected
        by_column: dict[str, dict[str, Remedy | None]] = {}
        reasons: dict[str, Verdict] = {}
        for seen in self.case.seen:
            if not accepting.accepts(seen):
                remedy = Remedy(self.case.catalogue[seen.identifier], seen.subject, accepting, self.keys)
                for name in seen.fields:
                    by_column.setdefault(name, {})[seen.identifier] = remedy
                    reasons.setdefault(name, accepting.verdict(seen))
        # What may leave, and not there: in another column than declared, beside its alternative.
        for verdict in run.verdicts:
            for name in verdict.fields if verdict.identifier and verdict.outcome not in self.tolerated else ():
                by_column.setdefault(name, {}).setdefault(str(verdict.identifier), None)
                reasons.setdefault(name, verdict)
        plan = Plan(reasons=reasons)
        for name, remedies in by_column.items():
            plan = self._column(plan, one, name, remedies)
        return plan.dropping(self.blamed(run, plan, elements=False))

    def _column(self, plan: Plan, one: Inspected, name: str, remedies: Mapping[str, Remedy | None]) -> Plan:
        owner = _owner(one, name)
        new = self._name(one, name) if any(remedy and remedy.wants_hash() for remedy in remedies.values()) else None
        ready = {
            identifier: replace(remedy, hashes=new is not None) if remedy else None
            for identifier, remedy in remedies.items()
        }
        lost = {identifier for identifier, remedy in ready.items() if remedy is None or remedy.hopeless()}
        here = frozenset(found.identifier for found in one.fields if found.field == name)
        others = here - lost
        if lost and (owner in lost or owner is None or not others):
            return plan.dropping({name: plan.reasons[name]})
        settled = {identifier: None if identifier in lost else remedy for identifier, remedy in ready.items()}
        renamed = {**plan.renamed, name: new} if new and new != name else plan.renamed
        return replace(
            plan, treated={**plan.treated, name: Treatment(settled, owner, here - remedies.keys())}, renamed=renamed
        )

    def _name(self, one: Inspected, name: str) -> str | None:
        """A name under which a keyed hash is known for one; None where the column cannot have it."""
        if Words.of(tokens(name)).keyed:
            return name
        new = f"{name}{SUFFIX}"
        flow = self.case.flow
        declared = flow.fields is None or new in flow.fields or flow.undeclared_fields == "allow"
        named = self.renames and not name.startswith(ROOT)  # of a path only the last step could be renamed
        return new if named and declared and new not in one.columns else None

    def blamed(self, run: Run, plan: Plan, *, elements: bool = True) -> dict[str, Reason]:
        """The columns that are objected to, and by what, under their old names; `elements`: also for what they hold."""
        found: dict[str, Reason] = {}
        for verdict in run.verdicts:
            if verdict.outcome in self.tolerated or not verdict.fields or (verdict.identifier and not elements):
                continue
            for name in self._sacrificed(verdict, run):
                found.setdefault(plan.original(name), verdict)
        for finding in run.standing:
            if finding.rule == PROHIBITED:
                kept = (one for asset in run.inspected for one in asset.fields if one.identifier in finding.identifiers)
                found.update({plan.original(one.field): finding for one in kept if one.field})
        return {name: verdict for name, verdict in found.items() if name not in plan.dropped}

    def _sacrificed(self, verdict: Verdict, run: Run) -> Iterator[str]:
        """All columns of a verdict; of things that must not stand together one that the purpose does not need."""
        together: set[Position] = {one.position for one in self.case.purpose.never_together}
        if verdict.identifier or verdict.policy not in together:
            yield from verdict.fields
            return
        needed = {
            identifier
            for line in self.case.purpose.needs
            for identifier in self.case.catalogue.expand(line.element.word)
        }
        held = {
            name: {found.identifier for one in run.inspected for found in one.fields if found.field == name}
            for name in verdict.fields
        }
        spare = [name for name in verdict.fields if not held[name] & needed]
        yield (spare or list(verdict.fields))[-1]


def _owner(one: Inspected, name: str) -> str | None:
    """The identifier that most of a column's cells are, whole."""
    tally = one.tally.fields[name]
    whole = {found.identifier: tally.evidence[found.identifier].whole for found in one.fields if found.field == name}
    best = max(whole, key=whole.__getitem__, default=None)
    return best if best is not None and 2 * whole[best] >= tally.filled else None
