"""A draft of the records of processing (ROPA): what is provided to whom, and what is kept where, as a run saw it.

Legal basis, agreements, periods and measures are those that the policies declared on that day; what they do not say stays
empty, to be filled in (GDPR Art. 30 has the list that such records have in common).
"""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Language, Text
from pii_audit.model.run import Inspected, Run
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.view.declared import of_asset, of_flow, titled
from pii_audit.render.view.flows import FlowView, flows, people_of_flows
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
                "由一次自查生成：个人信息种类和人数是实际读到的，目的、依据、协议、期限和措施取自当日策略，空白处须由业务部门填写。没有读到的不等于没有。",
                "Made from a self-check: kinds and people were really read; purposes, bases, agreements, periods and measures are those that "
                "the policies declared that day; what is empty is for the departments to fill in. What was not read is not for that reason not there.",
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
        Text("协议与出境机制", "Agreement, transfer mechanism"),
        Text("传输与保护", "Channel and protection"),
    )
    people = people_of_flows(run)
    rows = [
        [
            view.id,
            titled(run, view.id, "purpose", words) or view.purpose,
            _recipient(run, view, words),
            _kinds([element.element for element in view.elements if element.seen], words),
            str(people.get(view.id, "")),
            _several(run, view.id, ("basis", "consent"), words),
            _several(run, view.id, ("agreement", "transfer", "returns"), words),
            _several(run, view.id, ("channel", "protection"), words),
        ]
        for view in views
    ]
    yield Table(tuple(title.in_(words.language) for title in titles), rows, (20, 22, 26, 34, 13, 20, 26, 20))


def _recipient(run: Run, view: FlowView, words: Words) -> str:
    """Who it is, what it is to us (a processor, another controller …), and where."""
    role = of_flow(run, view.id, "role", words)
    return "\n".join(
        part for part in (titled(run, view.id, "recipient", words) or view.recipient, role, view.region) if part
    )


def _several(run: Run, flow: str, names: tuple[str, ...], words: Words) -> str:
    return "\n".join(text for name in names if (text := of_flow(run, flow, name, words)))


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
        Text("保存期限", "Kept for"),
        Text("保护措施", "Measures"),
    )
    rows = [_asset(run, one, words) for one in holding[:ASSETS]]
    yield Table(tuple(title.in_(language) for title in titles), rows, (36, 16, 40, 12, 13, 20, 18, 20))
    if len(holding) > ASSETS:
        more = len(holding) - ASSETS
        yield Paragraph(
            Text(
                f"另有 {more} 个资产，见同一运行编号的工作簿。",
                f"{more} more assets are in the workbook of the same run.",
            ).in_(language)
        )


def _asset(run: Run, one: Inspected, words: Words) -> list[str]:
    levels = sorted({field.level.jrt0171 for field in one.fields if field.level.jrt0171}, reverse=True)
    kinds = [
        field.identifier if field.subject == "customer" else f"{field.identifier}@{field.subject}"
        for field in one.fields
    ]
    return [
        one.asset.id,
        one.asset.owner or of_asset(run, one.asset.id, "owner", words),
        _kinds(kinds, words),
        levels[0] if levels else "",
        str(len(one.persons)),
        *(of_asset(run, one.asset.id, name, words) for name in ("purposes", "kept", "at_rest")),
    ]


def _kinds(names: list[str], words: Words) -> str:
    kinds = list(dict.fromkeys(words.element(name) for name in names))
    rest = len(kinds) - KINDS
    shown = words.separator.join(kinds[:KINDS])
    return shown if rest <= 0 else f"{shown} (+{rest})"
