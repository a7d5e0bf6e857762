"""Two versions of an export side by side: columns, what they hold in which form, the people, the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pii_audit.language import Language, Text
from pii_audit.model.evidence import FREE_TEXT
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.run import Run
from pii_audit.model.sketch import Sketch
from pii_audit.policy.model import CUSTOMER
from pii_audit.render.safe import safe

VERSION = 1
Held = Mapping[str, tuple[str, ...]]
"""What a column holds: forms by identifier."""
_WORST = (Outcome.COMPLIANT, Outcome.GAP, Outcome.VIOLATION)
_SAID = {
    Outcome.COMPLIANT: Text("合规", "compliant"),
    Outcome.GAP: Text("缺口", "gap"),
    Outcome.VIOLATION: Text("违规", "violation"),
}
_NONE = Text("无", "none")


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """One column that is not as it was; None where it is not there."""

    column: str
    old: Held | None
    new: Held | None


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One element, or property of the flow, of which the policy says something else than before."""

    element: str
    old: Verdict | None
    new: Verdict | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one version to the next; `came` and `gone` people are in one of them, None where nothing tells people of both apart."""

    rows: tuple[int, int]
    persons: tuple[int, int]
    came: int | None
    gone: int | None
    columns: tuple[ColumnChange, ...]
    verdicts: tuple[VerdictChange, ...]

    @classmethod
    def of(cls, old: Run, new: Run) -> Difference:
        """The difference between two gates of one flow, by one key."""
        before, after = _columns(old), _columns(new)
        columns = tuple(
            ColumnChange(name, before.get(name), after.get(name))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        )
        said, says = _verdicts(old), _verdicts(new)
        verdicts = tuple(
            VerdictChange(element, said.get(element), says.get(element))
            for element in dict.fromkeys((*said, *says))
            if _outcome(said.get(element)) is not _outcome(says.get(element))
        )
        persons = _total(old), _total(new)
        rows = _rows(old), _rows(new)
        shared = _shared(old, new)
        if shared is None:
            return cls(rows, persons, None, None, columns, verdicts)
        one, other = shared
        stayed = min(one.common(other), len(one), len(other))
        return cls(rows, persons, len(other) - stayed, len(one) - stayed, columns, verdicts)


def document(difference: Difference, flow: str, codes: tuple[int, int], language: Language) -> dict[str, Any]:
    """The difference as JSON says it."""
    return {
        "version": VERSION,
        "flow": flow,
        "exit_codes": {"old": codes[0], "new": codes[1]},
        "rows": dict(zip(("old", "new"), difference.rows, strict=True)),
        "persons": {
            "old": difference.persons[0],
            "new": difference.persons[1],
            "came": difference.came,
            "gone": difference.gone,
        },
        "columns": [
            {"column": one.column, "change": _change(one), "old": _listed(one.old), "new": _listed(one.new)}
            for one in difference.columns
        ],
        "verdicts": [
            {
                "element": one.element,
                "old": one.old.outcome if one.old else None,
                "new": one.new.outcome if one.new else None,
                "rule": one.new.rule if one.new else None,
                "message": one.new.message.in_(language) if one.new else None,
            }
            for one in difference.verdicts
        ],
    }


def sentences(difference: Difference, language: Language) -> list[str]:
    """The difference as lines to read."""
    (rows, rows_now), (people, people_now) = difference.rows, difference.persons
    moved = (
        Text("", "")
        if difference.came is None
        else Text(
            f"（新增 {difference.came:,}，减少 {difference.gone:,}）",
            f" ({difference.came:,} came, {difference.gone:,} gone)",
        )
    )
    head = Text(
        f"行数 {rows:,} → {rows_now:,}；人数约 {people:,} → {people_now:,}{moved.zh}",
        f"rows {rows:,} → {rows_now:,}; people about {people:,} → {people_now:,}{moved.en}",
    )
    lines = [head.in_(language)]
    for column in difference.columns:
        sign = {"added": "+", "removed": "-", "changed": "~"}[_change(column)]
        shown = [_said(one, language) for one in (column.old, column.new) if one is not None]
        lines.append(f"{sign} {column.column}: {' → '.join(shown)}")
    for one in difference.verdicts:
        outcomes = " → ".join((_SAID[which.outcome] if which else _NONE).in_(language) for which in (one.old, one.new))
        why = f" · {one.new.message.in_(language)}" if one.new else ""
        lines.append(f"{'✗' if _bad(one.new) else '✓'} {one.element}: {outcomes}{why}")
    if not difference.columns and not difference.verdicts:
        lines.append(Text("列、形式和裁决没有变化", "no column, form or verdict changed").in_(language))
    return list(map(safe, lines))


def _columns(run: Run) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in run.inspected:
        for name in one.columns or ("",):
            found.setdefault(name, {})
        for statement in one.fields:
            held = found.setdefault(statement.field or "", {})
            word = (
                statement.identifier
                if statement.subject == "customer"
                else f"{statement.identifier}@{statement.subject}"
            )
            held[word] = tuple(sorted({*held.get(word, ()), str(statement.form)}))
    return {name or "(text)": held for name, held in found.items()}


def _verdicts(run: Run) -> dict[str, Verdict]:
    """The worst verdict on each element."""
    found: dict[str, Verdict] = {}
    for verdict in run.verdicts:
        known = found.get(verdict.element)
        if known is None or _WORST.index(verdict.outcome) > _WORST.index(known.outcome):
            found[verdict.element] = verdict
    return found


def _total(run: Run) -> int:
    return len(sum((one.persons for one in run.inspected), Sketch()))


def _shared(old: Run, new: Run) -> tuple[Sketch, Sketch] | None:
    """The people of both by the identifier that tells most of them apart in each: an ID here and a phone there compare to nothing."""
    before, after = _people(old), _people(new)
    pairs = [(before[name], after[name]) for name in before.keys() & after.keys()]
    pairs = [(one, other) for one, other in pairs if one.payload and other.payload]
    return max(pairs, key=lambda pair: min(map(len, pair)), default=None)


def _people(run: Run) -> dict[str, Sketch]:
    found: dict[str, Sketch] = {}
    for one in run.inspected:
        for statement in one.fields:
            if statement.subject == CUSTOMER:
                evidence = one.tally.fields[statement.field or FREE_TEXT].evidence[statement.identifier]
                found[statement.identifier] = found.get(statement.identifier, Sketch()) + evidence.persons
    return found


def _rows(run: Run) -> int:
    return sum(one.tally.rows for one in run.inspected)


def _outcome(verdict: Verdict | None) -> Outcome | None:
    return verdict.outcome if verdict else None


def _bad(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.outcome is not Outcome.COMPLIANT


def _change(one: ColumnChange) -> str:
    return "added" if one.old is None else "removed" if one.new is None else "changed"


def _listed(held: Held | None) -> dict[str, list[str]] | None:
    return None if held is None else {name: list(forms) for name, forms in held.items()}


def _said(held: Held, language: Language) -> str:
    if not held:
        return Text("不含个人信息", "no personal information").in_(language)
    return ", ".join(f"{name} ({'/'.join(forms)})" for name, forms in held.items())
