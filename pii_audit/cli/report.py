"""`pii-audit report`: any recorded run in any format, as a whole, for a unit, or as letters and papers."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.baseline import add_baseline, read_baseline, without_baseline
from pii_audit.cli.options import RUN_FORMATS, add_output, day, emit, number, say
from pii_audit.cli.session import Session
from pii_audit.errors import OutputError, UsageError, reason_of
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.model.run import Run
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit report --format html -o 自查报告.html\n"
    "    pii-audit report --format xlsx --unit hz -o 杭州分行.xlsx\n"
    "    pii-audit report --document letters --reply-by 2026-09-30 -o 风险提示函/",
    "example: pii-audit report --format html -o report.html\n"
    "         pii-audit report --format xlsx --unit hz -o hangzhou.xlsx\n"
    "         pii-audit report --document letters --reply-by 2026-09-30 -o letters/",
)
LETTERS = "letters"
ANNUAL = "annual"
"""What the format docx is."""
DAYS_TO_REPLY = 15
"""Days from the letter to the answer where --reply-by names none; our own default, no regulation sets it."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--run", metavar="ID", help=say(language, "哪一次运行（默认最近一次）", "which run (default: the newest)")
    )
    parser.add_argument("--list", action="store_true", help=say(language, "列出所有运行", "list all runs"))
    parser.add_argument(
        "--unit",
        metavar="ID",
        help=say(language, "只含该机构及其下级机构的问题", "only what this unit, or one below it, answers for"),
    )
    parser.add_argument(
        "--document",
        choices=(ANNUAL, LETTERS, "workpaper", "ropa", "pia"),
        help=say(
            language,
            "Word 文件：annual 自查报告，letters 风险提示函（每个责任单位一份，-o 为文件夹），workpaper 合规审计工作底稿，ropa 处理活动记录草稿，pia 影响评估草稿",
            "a Word document: annual self-inspection report, letters to each responsible unit (-o is a folder), audit workpaper, drafts of records of processing and impact assessments",
        ),
    )
    parser.add_argument(
        "--reply-by",
        type=day,
        metavar="DATE",
        help=say(
            language,
            f"letters:回复期限（默认 {DAYS_TO_REPLY} 天后）",
            f"letters: answer by (default in {DAYS_TO_REPLY} days)",
        ),
    )
    parser.add_argument(
        "--number",
        type=number,
        metavar="N",
        help=say(language, "letters:第一份的编号（默认 1）", "letters: number of the first (default 1)"),
    )
    add_baseline(parser, language)
    add_output(parser, language, RUN_FORMATS)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 0, whatever the run found."""
    from pii_audit.render.interface import renderer  # noqa: PLC0415 - start-up does without
    from pii_audit.render.unit_view import of_units  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    _check(options)
    renderer(options.format or "table")
    baseline = read_baseline(options.baseline)
    space = session.workspace()
    units = space.below(options.unit) if options.unit else ()
    with Store.open(space.store, space.root, create=False) as store:
        if options.list:
            from pii_audit.cli.options import draw  # noqa: PLC0415
            from pii_audit.render.table import render_runs  # noqa: PLC0415

            entries = [entry.in_zone(space.now().tzinfo) for entry in store.runs()]
            draw(session, options.output, lambda console: render_runs(entries, console, session.language))
            return 0
        found = store.load(options.run)
        # Of an earlier run, the course until then is not what the store holds today; nor does it know of a baseline.
        recent = _over_time(options) and not options.run and not baseline
        over_time = store.course(units or None, space.today()) if recent else None
    if options.document == LETTERS:
        return _letters(session, space, found, options)
    if baseline:
        found = without_baseline(session, found, baseline.of_units(units) if units else baseline)
    found = of_units(found, units) if units else found
    over_time = over_time.in_zone(space.now().tzinfo) if over_time else None
    if options.document and options.document != ANNUAL:
        from pii_audit.render.docx import render_document  # noqa: PLC0415
        from pii_audit.render.output import write_binary  # noqa: PLC0415

        write_binary(options.output, render_document(options.document, found, session.language))
    else:
        emit(session, found, "docx" if options.document else options.format, options.output, over_time)
    return 0


def _over_time(options: argparse.Namespace) -> bool:
    return options.format in ("html", "docx") or options.document == ANNUAL


def _check(options: argparse.Namespace) -> None:
    if options.document and options.format not in (None, "docx"):
        raise UsageError(
            Text("--document 只有 docx 格式", "--document is written as docx only"),
            todo=Text("去掉 --format", "leave out --format"),
        )
    if options.baseline and (options.document or options.list):
        raise UsageError(
            Text("--baseline 不能与 --document、--list 同用", "--baseline does not go with --document or --list"),
            todo=Text("文书陈述全部情况", "papers tell the whole"),
        )
    if options.document != LETTERS and (options.reply_by or options.number):
        raise UsageError(
            Text(
                "--reply-by 和 --number 属于 --document letters", "--reply-by and --number belong to --document letters"
            ),
            todo=Text("去掉它们，或加 --document letters", "leave them out, or give --document letters"),
        )
    if options.document == LETTERS and not options.output:
        raise UsageError(
            Text("没有说明函件写到哪个文件夹", "no folder is named for the letters"),
            todo=Text("加 -o 文件夹", "give -o FOLDER"),
        )


def _letters(session: Session, space: Workspace, found: Run, options: argparse.Namespace) -> int:
    """One letter to each unit that has something to put right, in the order of the units in audit.yaml."""
    from pii_audit.render.docx import Letter, render_letter  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.unit_view import of_units  # noqa: PLC0415

    today = space.today()
    reply_by = options.reply_by or today + timedelta(days=DAYS_TO_REPLY)
    if reply_by < today:
        raise UsageError(
            Text(f"回复期限 {reply_by} 已过", f"the day to answer by, {reply_by}, has passed"),
            todo=Text("给出将来的日期", "give a day to come"),
        )
    wanted = space.below(options.unit) if options.unit else tuple(space.units)
    addressed = [unit for unit in wanted if of_units(found, (unit,)).standing]
    folder = Path(options.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = reason_of(error)
        raise OutputError(
            Text(f"文件夹无法创建：{reason.zh}", f"the folder cannot be made: {reason.en}"),
            where=str(folder),
            todo=Text("用 -o 换一个可写的位置", "choose a place where you may write (-o)"),
        ) from error
    for place, unit in enumerate(addressed):
        known = space.units[unit]
        to = Letter(
            known.title.in_(session.language),
            (options.number or 1) + place,
            today,
            reply_by,
            known.responsible or "",
        )
        name = Text(f"风险提示函-{to.number}-{unit}.docx", f"notice-{to.number}-{unit}.docx").in_(session.language)
        write_output(folder / name, render_letter(of_units(found, (unit,)), to, session.language))
        session.say(Text(f"{folder / name}", f"{folder / name}"))
    unowned = sum(finding.unit is None for finding in found.standing)
    if unowned:
        session.say(
            Text(
                f"另有 {unowned} 项问题没有责任单位（audit.yaml 的 unit），未发函",
                f"{unowned} finding(s) belong to no unit (`unit` in audit.yaml) and are in no letter",
            )
        )
    if not addressed:
        session.say(Text("没有需要发函的单位", "no unit has anything to put right"))
    return 0
