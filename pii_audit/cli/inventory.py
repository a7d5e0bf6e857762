"""`pii-audit inventory`: where personal information is, by the last run."""

from __future__ import annotations

import argparse

from pii_audit.cli.options import draw, say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例: pii-audit inventory --format json -o inventory.json",
    "example: pii-audit inventory --format json -o inventory.json",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(
            language,
            "按这一次运行(默认:每个对象最近一次读取)",
            "as of this run (default: the newest reading of every asset)",
        ),
    )
    parser.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help=say(language, "输出格式(默认 table)", "output format (default table)"),
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=say(language, "写到文件(默认标准输出)", "write to a file (default: standard output)"),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.render.output import write_output  # noqa: PLC0415 - start-up does without
    from pii_audit.render.table import render_inventory  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    with Store.open(space.store, space.root, create=False) as store:
        inspected = store.inventory(options.run)
    if options.format == "json":
        from pii_audit.render.json import render_inspect  # noqa: PLC0415

        write_output(
            options.output,
            render_inspect(inspected, [one.coverage for one in inspected], session.language, qualified=True),
        )
        return 0
    draw(
        session,
        options.output,
        lambda console: render_inventory(inspected, console, session.language, verbose=session.verbose),
    )
    return 0
