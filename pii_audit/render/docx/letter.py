"""《风险提示函》: to one responsible unit, what it has to put right and until when it has to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pii_audit.findings.merging import ANSWERS
from pii_audit.language import Language, Text
from pii_audit.model.run import Run
from pii_audit.render import headings
from pii_audit.render.docx.blocks import Block, Heading, Paragraph, Table, Title
from pii_audit.render.docx.tables import left_out, problems, severity_counts
from pii_audit.render.wire import worst_first


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, under which number of the year, and the day until which an answer is expected (inclusive)."""

    unit: str
    number: int
    day: date
    reply_by: date
    responsible: str = ""


def blocks(run: Run, to: Letter, language: Language) -> list[Block]:
    """The letter, with a form for the answer."""
    findings = worst_first(run.standing)
    counts = severity_counts(findings, language)
    number = Text(f"〔{to.day.year}〕{to.number} 号", f"No. {to.number} of {to.day.year}")
    name = f"{to.unit}（{to.responsible}）" if language == "zh" and to.responsible else to.unit
    name = f"{to.unit} ({to.responsible})" if language == "en" and to.responsible else name
    body = Text(
        f"在 {run.finished:%Y-%m-%d} 完成的个人金融信息保护自查（运行编号 {run.id}）中，发现你单位存在下列 {len(findings)} 项风险隐患"
        f"（{counts}）。请逐项查明原因、制定措施、限期整改，并于 {to.reply_by} 前书面反馈，附证明材料；确需延期的，请说明理由和拟完成时间。",
        f"The self-inspection of personal financial information that ended on {run.finished:%Y-%m-%d} (run {run.id}) found {len(findings)} "
        f"matters that your unit answers for ({counts}). Please establish the cause of each, put it right within its time, and answer in "
        f"writing by {to.reply_by} with proof; where more time is needed, say why and until when.",
    )
    made: list[Block] = [
        Title(
            Text("个人金融信息保护风险提示函", "Notice of risks to personal financial information").in_(language),
            number.in_(language),
        ),
        Paragraph(f"{name}：" if language == "zh" else f"To {name}:", strong=True),
        Paragraph(body.in_(language)),
        problems(run, findings, language),
    ]
    if rest := left_out(len(findings), language):
        made.append(Paragraph(rest))
    made += [
        Paragraph(run.notes.get("organisation", ""), right=True),
        Paragraph(to.day.isoformat(), right=True),
        Heading(Text("整改反馈", "Answer").in_(language)),
        _form(len(findings), [finding.fingerprint[:12] for finding in findings], language),
        Paragraph(
            Text("单位负责人（签字）：            日期：", "Head of the unit (signature):            Date:").in_(
                language
            )
        ),
    ]
    return made


def _form(count: int, ids: list[str], language: Language) -> Table:
    titles = (
        headings.ID,
        *ANSWERS,
    )
    rows = [[each, *[""] * 6] for each in ids[: min(count, 50)]]
    return Table(tuple(title.in_(language) for title in titles), rows, (6, 4, 9, 9, 5, 6, 5))
