"""`pii-audit inventory`: where personal information is, by the last run, and how many people it concerns."""

from __future__ import annotations

import argparse
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pii_audit.cli.options import add_file, add_format, day, draw, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.store import Store
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit inventory --format json -o inventory.json\n"
    "    pii-audit inventory --source share --within core.customer\n"
    "    pii-audit inventory --source outbox --since 2026-01-01",
    "example: pii-audit inventory --format json -o inventory.json\n"
    "         pii-audit inventory --source share --within core.customer\n"
    "         pii-audit inventory --source outbox --since 2026-01-01",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(
            language,
            "按这一次运行（默认：每个对象最近一次读取）",
            "as of this run (default: the newest reading of every asset)",
        ),
    )
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="ID",
        help=say(language, "只看此来源（可重复）", "only this source (may be repeated)"),
    )
    parser.add_argument(
        "--people",
        action="store_true",
        help=say(
            language,
            "按来源、数据流、资产统计不同的人，同一人只计一次",
            "count people by source, flow and asset, nobody twice",
        ),
    )
    parser.add_argument(
        "--within",
        action="append",
        default=[],
        metavar="NAME",
        help=say(
            language,
            "其中多少是该来源或表中的人：core 或 core.customer(含 --people，可重复)",
            "and how many are those of this source or table: core, core.customer (implies --people, may be repeated)",
        ),
    )
    parser.add_argument(
        "--since",
        type=day,
        metavar="DATE",
        help=say(
            language,
            "统计自这一天起记录的每一次读取，包括已不在的文件（含 --people）",
            "count every reading recorded since this day, files that are gone included (implies --people)",
        ),
    )
    add_format(parser, language, "table", "json")
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.render.output import write_output  # noqa: PLC0415 - start-up does without
    from pii_audit.render.table import render_inventory  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    for name in options.source:
        space.source(name)
    with Store.open(space.store, space.root, create=False) as store:
        if options.people or options.within or options.since:
            return _people(session, options, space, store)
        every = store.inventory(options.run)
    inspected = tuple(one for one in every if not options.source or one.asset.source in options.source)
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


def _people(session: Session, options: argparse.Namespace, space: Workspace, store: Store) -> int:
    from pii_audit.auditing.people import Question, count_people  # noqa: PLC0415 - start-up does without
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.people import Answer, to_json, to_table  # noqa: PLC0415

    if options.run and options.since:
        raise UsageError(
            Text("--run 与 --since 不能同用", "--run does not go with --since"),
            todo=Text("一次运行，或自某日起的全部读取，二选一", "choose one run, or every reading since a day"),
        )
    catalogue = load_catalogue(space.identifiers)
    known = store.inventory(options.run)
    readings = known
    if options.since:
        since = datetime.combine(options.since, time.min, ZoneInfo(space.timezone))
        readings = store.provided([source.id for source in space.sources], since)
    policy = policy_of(space, catalogue)
    question = Question(options.source, options.within)
    answer = Answer(count_people(question, readings, known, policy, catalogue), options.since, options.within)
    if options.format == "json":
        write_output(options.output, to_json(answer))
        return 0
    draw(
        session,
        options.output,
        lambda console: to_table(answer, console, session.language, verbose=session.verbose),
    )
    return 0
