"""`pii-audit access`: who can read what personal information, by which path, and what would close it."""

from __future__ import annotations

import argparse

from pii_audit.cli.options import add_file, add_format, draw, say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例：pii-audit access --source core\n"
    "    pii-audit access --format html -o 访问矩阵.html\n"
    "    pii-audit access --diff 20260131T0830-1a2b3c",
    "example: pii-audit access --source core\n"
    "         pii-audit access --format html -o access.html\n"
    "         pii-audit access --diff 20260131T0830-1a2b3c",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="ID",
        help=say(language, "只看此来源（可重复）", "only this source (may be repeated)"),
    )
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(language, "按这一次运行（默认最近一次）", "as of this run (default: the newest)"),
    )
    parser.add_argument(
        "--diff",
        metavar="ID",
        help=say(language, "与这一次运行相比有何变化", "what has changed since this run"),
    )
    add_format(parser, language, "table", "json", "csv", "html")
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 0, whatever the rights are."""
    from pii_audit.render.matrix.rights import matrix  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    for name in options.source:
        space.source(name)
    with Store.open(space.store, space.root, create=False) as store:
        found = matrix(
            store.load(options.run), options.source, store.load(options.diff) if options.diff is not None else None
        )
    if options.format == "table":
        from pii_audit.render.matrix.table import render  # noqa: PLC0415 - rich only where a table is drawn

        draw(
            session,
            options.output,
            lambda console: render(found, console, session.language, verbose=session.verbose),
        )
        return 0
    if options.format == "html":
        from pii_audit.render.matrix import page  # noqa: PLC0415 - Jinja2 only where a page is made

        write_output(options.output, page.render(found, session.language))
        return 0
    from pii_audit.render.matrix.machine import to_csv, to_json  # noqa: PLC0415 - as above

    write_output(options.output, to_json(found, session.language) if options.format == "json" else to_csv(found))
    return 0
