"""Drafts of impact assessments, one a flow: why one is due, what was found, and the questions that people answer.

PIPL Art. 55 says when, Art. 56 what an assessment covers: lawfulness and necessity; effect on individuals and risks; whether the
safeguards are lawful, effective and in proportion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import Language, Text
from pii_audit.model.finding import Outcome, Verdict
from pii_audit.model.run import Run
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.labels import word
from pii_audit.render.view.declared import of_flow, titled
from pii_audit.render.view.flows import FlowView, flows, people_of_flows
from pii_audit.render.view.words import Words


def blocks(run: Run, language: Language) -> list[Block]:
    """The drafts of a run, the flow with most to answer for first."""
    words = Words(language)
    made: list[Block] = [
        Title(
            Text("个人信息保护影响评估（草稿）", "Personal information protection impact assessment (draft)").in_(
                language
            ),
            Text(f"运行编号 {run.id}，{run.finished:%Y-%m-%d}", f"run {run.id}, {run.finished:%Y-%m-%d}").in_(language),
        ),
        Paragraph(
            Text(
                "依据《个人信息保护法》第五十五条、第五十六条起草。写明的内容是自查所见和策略登记，空白处须由评估人填写；评估报告和处理情况记录应当至少保存三年。",
                "Drafted along PIPL Art. 55 and 56. What is written is what a self-check saw and what the policies declare; what is empty is for the assessor. The report "
                "and the records of processing are kept for at least three years.",
            ).in_(language)
        ),
    ]
    views = flows(run, words)
    if not views:
        made.append(Paragraph(Text("本次没有裁决任何数据流。", "No flow was judged in this run.").in_(language)))
    seen: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        seen.setdefault(verdict.flow, []).append(verdict)
    for number, view in enumerate(views, 1):
        made += _assessment(run, number, view, seen, words)
    return made


def _assessment(
    run: Run, number: int, view: FlowView, seen: Mapping[str, list[Verdict]], words: Words
) -> Iterator[Block]:
    language = words.language
    recipient = titled(run, view.id, "recipient", words) or view.recipient
    to = f"{recipient} ({view.region})" if view.region else recipient
    people = people_of_flows(run).get(view.id)
    declared = (
        (Text("接收方身份", "What the recipient is"), ("role",)),
        (Text("合法性基础", "Legal basis"), ("basis", "consent")),
        (Text("协议与出境机制", "Agreement, transfer mechanism"), ("agreement", "transfer")),
        (Text("传输与保护", "Channel and protection"), ("channel", "protection")),
        (Text("登记的评估", "Assessment on record"), ("pia",)),
    )
    yield Heading(f"{number}. {view.id}")
    yield Table(
        tuple(title.in_(language) for title in (Text("事项", "Matter"), Text("所见与登记", "Seen, and on record"))),
        [
            [Text("目的", "Purpose").in_(language), titled(run, view.id, "purpose", words) or view.purpose],
            [Text("接收方", "Recipient").in_(language), to],
            *(
                [
                    matter.in_(language),
                    "\n".join(text for name in names if (text := of_flow(run, view.id, name, words))),
                ]
                for matter, names in declared
            ),
            [Text("涉及人数", "People").in_(language), f"{people:,}" if people else ""],
            [Text("评估事由", "Why it is due").in_(language), "\n".join(_reasons(view, seen[view.id], language))],
            [
                Text("要素与形式", "Elements and forms").in_(language),
                "\n".join(
                    f"{words.element(one.element)} · {words.known('form', one.form)}"
                    for one in view.elements
                    if one.seen
                ),
            ],
        ],
        (1, 4),
    )
    yield Table(
        tuple(
            title.in_(language)
            for title in (
                Text("评估内容", "Question"),
                Text("自查所见", "What was found"),
                Text("评估意见", "Assessment"),
            )
        ),
        [
            [
                Text(
                    "处理目的、方式是否合法、正当、必要", "Are purpose and manner lawful, legitimate and necessary?"
                ).in_(language),
                "\n".join(_risks(view, language)),
                "",
            ],
            [Text("对个人权益的影响及安全风险", "Effect on individuals, and security risks").in_(language), "", ""],
            [
                Text(
                    "保护措施是否合法、有效并与风险程度相适应",
                    "Are the safeguards lawful, effective and in proportion to the risk?",
                ).in_(language),
                "\n".join(dict.fromkeys(one.remedy for one in view.elements if one.remedy)),
                "",
            ],
        ],
        (5, 8, 5),
    )
    yield Paragraph(
        Text("结论：            评估人：            日期：", "Conclusion:            Assessor:            Date:").in_(
            language
        )
    )


def _reasons(view: FlowView, verdicts: list[Verdict], language: Language) -> Iterator[str]:
    """The cases of Art. 55 that the flow falls under, as far as they can be seen."""
    known = load_catalogue()
    named = {one.identifier for one in verdicts if one.identifier is not None and one.identifier in known}
    sensitive = {name for name in named if known[name].sensitive}
    if sensitive:
        names = ", ".join(sorted(known[name].title.in_(language) for name in sensitive))
        yield Text(f"敏感个人信息：{names}", f"sensitive personal information: {names}").in_(language)
    yield Text("委托处理或向他人提供", "entrusted to or provided to another").in_(language)
    if view.abroad:
        yield Text("向境外提供", "provided abroad").in_(language)


def _risks(view: FlowView, language: Language) -> Iterator[str]:
    worst = [one for one in view.elements if one.outcome != Outcome.COMPLIANT.value]
    if not worst:
        yield Text("各要素均在目的和范围之内", "every element is within purpose and scope").in_(language)
    for one in worst:
        yield f"{word(Outcome(one.outcome), language)} {one.rule}: {one.message}"
