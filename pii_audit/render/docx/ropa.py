"""A draft of the records of processing (ROPA): what is provided to whom, and what is kept where, as a run saw it.

What only people know (legal basis, periods, measures) stays empty, to be filled in.
"""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Language, Text
from pii_audit.model.run import Inspected, Run
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.view.flows import flows
from pii_audit.render.view.words import Words

KINDS = 20
"""So many kinds of information one row names; the rest is counted."""
ASSETS = 500
"""So many assets are listed; the workbook of the same run has them all."""


def blocks(run: Run, language: Language) -> list[Block]:
    """The draft of a run."""
    words = Words(language)
    organisation = run.notes.get("organisation", "")
    return [
        Title(
            Text(
                f"{organisation}个人信息处理活动记录（草稿）", f"{organisation} Records of processing (draft)".strip()
            ).in_(language),
            Text(f"运行编号 {run.id}，{run.finished:%Y-%m-%d}", f"run {run.id}, {run.finished:%Y-%m-%d}").in_(language),
        ),
        Paragraph(
            Text(
                "由一次自查所见生成：写明的内容是实际读到的，空白处须由业务部门填写。没有读到的不等于没有。",
                "Made from what a self-check saw: what is written was really read, what is empty is for the departments to fill in. What "
                "was not read is not for that reason not there.",
            ).in_(language)
        ),
        Heading(Text("一、对外提供", "1. Provided to others").in_(language)),
        *_provided(run, words),
        Heading(Text("二、保存与使用", "2. Kept and used").in_(language)),
        *_kept(run, words),
    ]


def _provided(run: Run, words: Words) -> Iterator[Block]:
    views = flows(run, words)
    if not views:
        yield Paragraph(Text("本次没有裁决任何数据流。", "No flow was judged in this run.").in_(words.language))
        return
    titles = (
        Text("处理活动", "Activity"),
        Text("目的", "Purpose"),
        Text("接收方（地区）", "Recipient (region)"),
        Text("个人信息种类", "Kinds of information"),
        Text("涉及人数", "People"),
        Text("合法性基础", "Legal basis"),
        Text("保存期限", "Kept until"),
    )
    people = _people_of_flows(run)
    rows = [
        [
            view.id,
            view.purpose,
            f"{view.recipient} ({view.region})" if view.region else view.recipient,
            _kinds([element.element for element in view.elements if element.seen], words),
            str(people.get(view.id, "")),
            "",
            "",
        ]
        for view in views
    ]
    yield Table(tuple(title.in_(words.language) for title in titles), rows, (22, 22, 26, 46, 16, 20, 18))


def _people_of_flows(run: Run) -> dict[str, int]:
    """The people of a flow: of the asset of it that concerns most, since the same people are in every day's file."""
    persons = {one.asset.id: len(one.persons) for one in run.inspected}
    most: dict[str, int] = {}
    for verdict in run.verdicts:
        for asset in verdict.assets:
            most[verdict.flow] = max(most.get(verdict.flow, 0), persons.get(asset, 0))
    return most


def _kept(run: Run, words: Words) -> Iterator[Block]:
    language = words.language
    holding = sorted(
        (one for one in run.inspected if one.fields),
        key=lambda one: (one.asset.source, -len(one.persons), one.asset.name),
    )
    if not holding:
        yield Paragraph(Text("没有读到个人信息。", "No personal information was seen.").in_(language))
        return
    titles = (
        Text("资产", "Asset"),
        Text("责任人", "Owner"),
        Text("个人信息种类", "Kinds of information"),
        Text("最高级别", "Gravest level"),
        Text("涉及人数", "People"),
        Text("处理目的", "Purpose"),
        Text("保护措施", "Measures"),
    )
    rows = [_asset(one, words) for one in holding[:ASSETS]]
    yield Table(tuple(title.in_(language) for title in titles), rows, (40, 18, 44, 14, 14, 20, 20))
    if len(holding) > ASSETS:
        more = len(holding) - ASSETS
        yield Paragraph(
            Text(
                f"另有 {more} 个资产，见同一运行编号的工作簿。",
                f"{more} more assets are in the workbook of the same run.",
            ).in_(language)
        )


def _asset(one: Inspected, words: Words) -> list[str]:
    levels = sorted({field.level.jrt0171 for field in one.fields if field.level.jrt0171}, reverse=True)
    kinds = [
        field.identifier if field.subject == "customer" else f"{field.identifier}@{field.subject}"
        for field in one.fields
    ]
    return [
        one.asset.id,
        one.asset.owner or "",
        _kinds(kinds, words),
        levels[0] if levels else "",
        str(len(one.persons)),
        "",
        "",
    ]


def _kinds(names: list[str], words: Words) -> str:
    kinds = list(dict.fromkeys(words.element(name) for name in names))
    rest = len(kinds) - KINDS
    shown = words.separator.join(kinds[:KINDS])
    return shown if rest <= 0 else f"{shown} (+{rest})"
