"""What the policy says of each flow, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console, RenderableType

from pii_audit.language import Language, Text
from pii_audit.model.finding import WORST_FIRST, Outcome, Verdict
from pii_audit.render.labels import form_word, word
from pii_audit.render.table.parts import (
    OUTCOME_STYLES,
    counted,
    heading,
    joined,
    labelled,
    line,
    number,
    percent,
    ruled,
)

_ROOM_FOR_WHY = 120
"""Columns from which on the table leaves its reasons room for the line of a policy; below, each has lines of its own."""


def print_verdicts(verdicts: Sequence[Verdict], console: Console, language: Language, *, verbose: bool) -> None:
    """The verdicts by flow, the worst first; compliant ones as a count unless `verbose`."""
    in_order = sorted(verdicts, key=lambda one: (one.flow, WORST_FIRST.index(one.outcome), one.element))
    for flow, group in groupby(in_order, key=lambda one: one.flow):
        of_flow = list(group)
        shown = [one for one in of_flow if verbose or one.outcome is not Outcome.COMPLIANT]
        console.print(heading(Text(f"外发流 {flow}", f"Flow {flow}").in_(language)))
        if shown and console.width >= _ROOM_FOR_WHY:
            _print_wide(shown, console, language)
        else:
            _print_narrow(shown, console, language)
        hidden = len(of_flow) - len(shown)
        if hidden:
            said = Text(f"另有 {hidden} 项合规", f"{hidden} more: compliant")
            console.print(line((said.in_(language), OUTCOME_STYLES[Outcome.COMPLIANT])))
        console.print()


def _print_wide(verdicts: Sequence[Verdict], console: Console, language: Language) -> None:
    titles = (
        Text("结论", "Verdict"),
        Text("要素和判定", "Element, use"),
        Text("形式和占比", "Form, seen"),
        Text("字段", "Fields"),
        Text("理由和策略行", "Why, and by which line"),
    )
    table = ruled([title.in_(language) for title in titles], whole=(0, 2))
    for one in verdicts:
        why = line(one.message.in_(language))
        if one.policy:
            why.append("\n").append_text(line((one.policy.to_line, "dim")))
        table.add_row(
            line((word(one.outcome, language), OUTCOME_STYLES[one.outcome])),
            _two(one.element, word(one.use, language) if one.use else ""),
            _two(form_word(one.form, language), _amount(one, language)),
            _two(joined(one.fields, language), _declared(one, language)),
            why,
        )
    console.print(table)


def _two(first: str, second: str) -> RenderableType:
    said = line(first)
    if second:
        said.append("\n" if first else "").append_text(line((second, "dim")))
    return said


def _amount(verdict: Verdict, language: Language) -> str:
    """How much of an element was seen: the share of cells that hold it, and the people."""
    if verdict.measured is None:
        return ""
    share, persons = percent(verdict.measured.prevalence), verdict.measured.persons
    if not persons:
        return share
    return Text(f"{share}，{number(persons)} 人", f"{share}, {counted(persons, 'person', 'people')}").in_(language)


def _declared(verdict: Verdict, language: Language) -> str:
    if not verdict.declared:
        return ""
    said = joined(verdict.declared, language)
    return Text(f"声明为 {said}", f"declared {said}").in_(language)


def _print_narrow(verdicts: Sequence[Verdict], console: Console, language: Language) -> None:
    for one in verdicts:
        form = form_word(one.form, language)
        outcome = (word(one.outcome, language), OUTCOME_STYLES[one.outcome])
        console.print(line(outcome, f" {one.element}", (f" ({form})" if form else "", "")))
        pairs = (
            (Text("用途判定", "Use"), word(one.use, language) if one.use else ""),
            (Text("占比", "Seen"), _amount(one, language)),
            (Text("字段", "Fields"), joined(one.fields, language)),
            (Text("声明", "Declared"), joined(one.declared, language)),
            (Text("理由", "Why"), one.message.in_(language)),
            (Text("策略", "Policy"), one.policy.to_line if one.policy else ""),
        )
        console.print(labelled([(label.in_(language), line(value)) for label, value in pairs], indent=2))
