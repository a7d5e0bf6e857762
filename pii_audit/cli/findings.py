"""`pii-audit findings`: the findings of all runs, and one of them in full."""

from __future__ import annotations

import argparse

from pii_audit.cli.options import draw, say
from pii_audit.cli.session import Session
from pii_audit.document import unknown
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity, Status

EXAMPLE = Text(
    "例: pii-audit findings list --status open --severity high\n    pii-audit findings show 3fa2",
    "example: pii-audit findings list --status open --severity high\n         pii-audit findings show 3fa2",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "action", choices=("list", "show"), help=say(language, "list 列表;show 一条详情", "list them; show one in full")
    )
    parser.add_argument(
        "id",
        nargs="?",
        metavar="FINGERPRINT",
        help=say(language, "show 的发现指纹(开头几位即可)", "the finding to show (its first digits will do)"),
    )
    parser.add_argument(
        "--status",
        action="append",
        default=[],
        choices=[one.value for one in Status],
        metavar="STATUS",
        help=say(language, "只列此状态(可重复)", "only this status (may be repeated)"),
    )
    parser.add_argument(
        "--severity",
        choices=[one.value for one in Severity],
        metavar="SEV",
        help=say(language, "只列达到此严重度的", "only from this severity on"),
    )
    parser.add_argument("--rule", metavar="ID", help=say(language, "只列此规则", "only this rule"))
    parser.add_argument("--source", metavar="ID", help=say(language, "只列此来源", "only this source"))
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
    return _show(session, options) if options.action == "show" else _list(session, options)


def _list(session: Session, options: argparse.Namespace) -> int:
    from pii_audit.render.json import render_tracked  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_findings  # noqa: PLC0415
    from pii_audit.rules.catalogue import load_rules  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    if options.id:
        raise UsageError(
            Text("list 不带指纹", "list takes no fingerprint"), todo=Text("用 findings show", "use `findings show`")
        )
    space = session.workspace()
    if options.source:
        space.source(options.source)
    if options.rule and options.rule not in load_rules() and options.rule[:3] in {rule[:3] for rule in load_rules()}:
        raise UsageError(unknown(Text("规则", "rule"), options.rule, load_rules()))
    with Store.open(space.store, space.root, create=False) as store:
        stored = store.findings(
            status=[Status(name) for name in options.status],
            severity=Severity(options.severity) if options.severity else None,
            rule=options.rule,
            source=options.source,
        )
    found = [tracked.in_zone(space.now().tzinfo) for tracked in stored]
    if options.format == "json":
        write_output(options.output, render_tracked(found, session.language))
    else:
        draw(session, options.output, lambda console: render_findings(found, console, session.language))
    return 0


def _show(session: Session, options: argparse.Namespace) -> int:
    from pii_audit.render.json import render_tracked  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_finding  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    if not options.id:
        raise UsageError(
            Text("没有说明哪一条发现", "no finding is named"),
            todo=Text("指纹见 findings list", "`findings list` shows the fingerprints"),
        )
    space = session.workspace()
    with Store.open(space.store, space.root, create=False) as store:
        tracked = store.finding(options.id).in_zone(space.now().tzinfo)
        history = [sighting.in_zone(space.now().tzinfo) for sighting in store.history(tracked.finding.fingerprint)]
    if options.format == "json":
        write_output(options.output, render_tracked([tracked], session.language))
    else:
        draw(session, options.output, lambda console: render_finding(tracked, history, console, session.language))
    return 0
