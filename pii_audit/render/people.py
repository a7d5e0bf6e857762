"""How many people, and whose: as a table, and for programs (reports/schemas/people.schema.json)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pii_audit.language import Language, Text
from pii_audit.model.sketch import Share
from pii_audit.render.json import document
from pii_audit.render.wire_types import VERSION
from pii_audit.rules.people import Count

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = 40
"""Assets on the screen; all with -v and in JSON."""
_SCOPES = {
    "source": Text("来源", "source"),
    "flow": Text("数据流", "flow"),
    "asset": Text("资产", "asset"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The counts, and what was asked: since when (None: as things stand), and whose people they are compared with."""

    counts: Sequence[Count]
    since: date | None = None
    within: Sequence[str] = ()


def to_json(answer: Answer) -> str:
    """The answer as JSON; `within` of a count is null where both sides have no kind of identifier in common."""
    return document(
        {
            "version": VERSION,
            "since": answer.since.isoformat() if answer.since else None,
            "within": list(answer.within),
            "people": [_wire(count) for count in answer.counts],
        }
    )


def _wire(count: Count) -> dict[str, Any]:
    among = count.among
    return {
        "scope": count.scope,
        "name": count.name,
        "assets": count.assets,
        "identifier": count.identifier,
        "persons": count.persons,
        "at_least": count.at_least,
        "at_most": count.at_most,
        "exact": count.at_least == count.at_most,
        "complete": count.complete,
        "within": among
        and {
            "identifier": among.identifier,
            "here": among.here,
            "there": among.there,
            "common": among.common,
            "share": round(among.share.share, 6),
            "at_least": round(among.share.at_least, 6),
            "at_most": round(among.share.at_most, 6),
            "exact": among.share.exact,
        },
    }


def to_table(answer: Answer, console: Console, language: Language, *, verbose: bool) -> None:
    """Draws the counts; what they prove stands below them."""
    from pii_audit.render.table.parts import line, more, ruled  # noqa: PLC0415 - rich only where a table is drawn

    if not answer.counts:
        said = Text("没有可计数的人", "there is nobody to count")
        console.print(line((said.in_(language), "dim")))
        return
    titles = [Text("范围", "Scope"), Text("名称", "Name"), Text("标识符", "Told apart by"), Text("人数", "People")]
    if answer.within:
        names = ", ".join(answer.within)
        titles.append(Text(f"其中属于 {names}", f"Of these in {names}"))
    table = ruled([title.in_(language) for title in titles], whole=(0,))
    assets = [count for count in answer.counts if count.scope == "asset"]
    left_out = set() if verbose else set(map(id, assets[SHOWN:]))
    for count in answer.counts:
        if id(count) not in left_out:
            cells = [_SCOPES[count.scope].in_(language), count.name, count.identifier, _people(count)]
            table.add_row(*map(line, cells + ([_among(count, language)] if answer.within else [])))
    console.print(table)
    if left_out:
        console.print(more(len(left_out), language))
    for note in _notes(answer):
        console.print(line((note.in_(language), "dim")))


def _people(count: Count) -> str:
    plus = "" if count.complete else "+"
    if count.at_least == count.at_most:
        return f"{count.persons:,}{plus}"
    return f"≈{count.persons:,}{plus} ({count.at_least:,}–{count.at_most:,})"


def _among(count: Count, language: Language) -> str:
    among = count.among
    if among is None:
        return Text("无法比较", "not comparable").in_(language)
    by = "" if among.identifier == count.identifier else f" [{among.identifier}]"
    if among.share.exact:
        return f"{_percent(among.share.share)} ({among.common:,}){by}"
    return f"≈{_percent(among.share.share)} ({_range(among.share)}){by}"


def _range(share: Share) -> str:
    return f"{_percent(share.at_least)}–{_percent(share.at_most)}"


def _percent(share: float) -> str:
    from pii_audit.render.table.parts import percent  # noqa: PLC0415 - rich only where a table is drawn

    return percent(share)


def _notes(answer: Answer) -> list[Text]:
    notes = []
    if answer.since:
        day = answer.since.isoformat()
        notes.append(Text(f"自 {day} 起记录的每一次读取合计", f"every reading recorded since {day}, together"))
    ranged = [
        count.at_least != count.at_most or (count.among and not count.among.share.exact) for count in answer.counts
    ]
    if any(ranged):
        notes.append(
            Text(
                "≈ 为估计值，括号内为 95% 置信区间；4,096 人以内为准确值",
                "≈ is an estimate with its bounds at 95 %; up to 4,096 people are counted exactly",
            )
        )
    if any(not count.complete for count in answer.counts):
        notes.append(Text("+ 未全部读取，实际更多", "+ not everything was read: there are more"))
    if any(count.among is None for count in answer.counts) and answer.within:
        notes.append(
            Text(
                "无法比较：两边没有同一种可区分个人的标识符",
                "not comparable: the two sides have no kind of identifier in common that tells people apart",
            )
        )
    return notes
