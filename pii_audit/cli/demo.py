"""`pii-audit demo`: the demo bank, built and audited from end to end."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pii_audit.cli.options import draw, say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text, same

EXAMPLE = Text(
    "例：pii-audit demo\n    pii-audit --lang en demo bank",
    "example: pii-audit demo\n         pii-audit --lang zh demo bank",
)
REPORTS = {"html": "html", "md": "markdown", "json": "json"}
"""File endings of the reports that are written, and their formats."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "folder",
        nargs="?",
        default="pii-audit-demo",
        metavar="DIR",
        help=say(language, "建在哪里（默认 ./pii-audit-demo）", "where to build it (default ./pii-audit-demo)"),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 0, although the demo bank has much to answer for."""
    from pii_audit.auditing.crawling import Options  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.selfcheck import audit  # noqa: PLC0415 - start-up does without
    from pii_audit.cli.progress import shown  # noqa: PLC0415
    from pii_audit.demo import build  # noqa: PLC0415
    from pii_audit.render.interface import render  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_brief  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key, load_workspace  # noqa: PLC0415

    folder = Path(options.folder)
    session.say(Text(f"正在建示例银行：{folder}", f"building the demo bank in {folder}"))
    bank = build(folder)
    session.say(Text(f"{bank.customers} 位虚构客户；正在审计", f"{bank.customers} invented customers; auditing them"))
    space = load_workspace(folder)
    with Store.open(space.store, space.root, key=load_key(space)) as store:
        with shown(session) as progress:
            done = audit(space, Options(progress=progress, provided=(), memory=store.memory))
        done = store.record(replace(done, notes={**done.notes, "fail_on": "high", "allow_incomplete": "false"}))
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    for ending, name in REPORTS.items():
        write_output(reports / f"report.{ending}", render(name, done, session.language))
    draw(session, None, lambda console: render_brief(done, console, session.language))
    session.say(*_next(folder))
    return 0


def _next(folder: Path) -> Iterator[Text]:
    """What to try now, line by line."""
    yield Text("接下来可以试试：", "what to try next:")
    steps = (
        (f"{folder}/reports/report.html", Text("用浏览器打开报告", "open the report in a browser")),
        (f"pii-audit -w {folder} findings list", Text("逐条查看发现", "go through the findings")),
        (
            f"pii-audit gate -w {folder} --flow collection-weekly {folder}/outbox/collection_*",
            Text("这份导出可以离开吗？", "may this export leave?"),
        ),
        (
            f"rm {folder}/outbox/vip_* && pii-audit -w {folder} run",
            Text(
                "改正一处，再查一遍：新增、仍在、已整改", "put one thing right and look again: new, persistent, fixed"
            ),
        ),
        ("pii-audit init DIR", Text("换成自己的数据", "now with your own data")),
    )
    for command, why in steps:
        yield same(f"  {command}")
        yield Text(f"      {why.zh}", f"      {why.en}")
