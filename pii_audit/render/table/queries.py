"""What scripts of SQL let out, column by column: where it stands, what it is made of, what that holds, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from pii_audit.language import Language, Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.finding import WORST_FIRST, Outcome
from pii_audit.model.run import Inspected, Run
from pii_audit.render.labels import form_word, word
from pii_audit.render.table.parts import OUTCOME_STYLES, heading, line, ruled

_TITLES = (
    Text("列", "Column"),
    Text("位置", "Place"),
    Text("来自", "From"),
    Text("内容", "Holds"),
    Text("结论", "Verdict"),
)


def print_queries(run: Run, console: Console, language: Language) -> None:
    """A table for each statement that lets something out."""
    for one in run.inspected:
        if one.asset.kind is not AssetKind.QUERY or not one.asset.fields:
            continue
        console.print(heading(Text(f"语句 {one.asset.id}", f"Statement {one.asset.id}").in_(language)))
        table = ruled([title.in_(language) for title in _TITLES], whole=(0,))
        for column in one.asset.fields:
            outcome = _outcome(run, one, column.name)
            said = (word(outcome, language), OUTCOME_STYLES[outcome]) if outcome else ("", "")
            holds = "\n".join(_holds(one, column.name, language))
            table.add_row(
                line(column.name), line(column.place or ""), line(column.comment or ""), line(holds), line(said)
            )
        console.print(table)
        console.print()


def _holds(one: Inspected, column: str, language: Language) -> Iterator[str]:
    for statement in one.fields:
        if statement.field == column:
            much = Text(",遮盖不足", ", showing too much").in_(language) if statement.inadequate else ""
            yield f"{statement.identifier} ({form_word(str(statement.form), language)}{much})"


def _outcome(run: Run, one: Inspected, column: str) -> Outcome | None:
    """The worst verdict on a column; none where a policy has nothing to say of it."""
    found: Sequence[Outcome] = [
        verdict.outcome for verdict in run.verdicts if column in verdict.fields and one.asset.id in verdict.assets
    ]
    return min(found, key=WORST_FIRST.index, default=None)
