"""`pii-audit report`: any recorded run in any format."""

from __future__ import annotations

import argparse

from pii_audit.cli.options import RUN_FORMATS, add_output, emit, say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例: pii-audit report --format html -o 自查报告.html", "example: pii-audit report --format html -o report.html"
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--run", metavar="ID", help=say(language, "哪一次运行(默认最近一次)", "which run (default: the newest)")
    )
    parser.add_argument("--list", action="store_true", help=say(language, "列出所有运行", "list all runs"))
    add_output(parser, language, RUN_FORMATS)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 0, whatever the run found."""
    from pii_audit.render.interface import renderer  # noqa: PLC0415 - start-up does without
    from pii_audit.store import Store  # noqa: PLC0415

    renderer(options.format or "table")
    space = session.workspace()
    with Store.open(space.store, space.root, create=False) as store:
        if options.list:
            from pii_audit.cli.options import draw  # noqa: PLC0415
            from pii_audit.render.table import render_runs  # noqa: PLC0415

            entries = [entry.in_zone(space.now().tzinfo) for entry in store.runs()]
            draw(session, options.output, lambda console: render_runs(entries, console, session.language))
            return 0
        found = store.load(options.run)
    emit(session, found, options.format, options.output)
    return 0
