"""`pii-audit run`: the self-check of a workspace, recorded in its store."""

from __future__ import annotations

import argparse
from dataclasses import replace

from pii_audit.cli.baseline import add_baseline, read_baseline, without_baseline
from pii_audit.cli.options import (
    RUN_FORMATS,
    add_enumeration,
    add_output,
    add_verdict,
    emit,
    number,
    percent,
    processes,
    say,
)
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

EXAMPLE = Text(
    "例：pii-audit run --source core --full\n    pii-audit run --format html -o report.html",
    "example: pii-audit run --source core --full\n         pii-audit run --format html -o report.html",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="ID",
        help=say(language, "只检查此来源（可重复）", "only this source (may be repeated)"),
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument(
        "--sample",
        type=number,
        metavar="N",
        help=say(
            language,
            "每张表或每个表格文件最多读 N 行（可重复的随机样本）",
            "read at most N rows of each table or tabular file (a repeatable random sample)",
        ),
    )
    amount.add_argument(
        "--full",
        action="store_true",
        help=say(
            language,
            "全部读取：不抽样，未变的文件也重读",
            "read everything: no samples, and files that have not changed too",
        ),
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help=say(language, "样本的随机种子（默认 0）", "seed of the sample (default 0)"),
    )
    parser.add_argument(
        "--jobs",
        type=processes,
        default=1,
        metavar="N",
        help=say(language, "并行进程数（默认 1）", "processes side by side (default 1)"),
    )
    parser.add_argument(
        "--max-load",
        type=percent,
        metavar="PERCENT",
        help=say(
            language,
            "数据库服务器至多用这么多时间为本程序工作，其余时间停顿（1 到 100）",
            "a database server works for this program so much of the time and rests in between (1 to 100)",
        ),
    )
    parser.add_argument("--engine", choices=("local",), default="local", help=say(language, "执行引擎", "engine"))
    parser.add_argument(
        "--resume", action="store_true", help=say(language, "从中断处继续", "go on where an interrupted run stopped")
    )
    add_enumeration(parser, language)
    add_verdict(parser, language)
    add_baseline(parser, language)
    add_output(parser, language, RUN_FORMATS)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code."""
    from pii_audit.auditing.crawling import Options  # noqa: PLC0415 - start-up does without
    from pii_audit.auditing.selfcheck import audit, feed_ids, run_key  # noqa: PLC0415 - start-up does without
    from pii_audit.cli.progress import shown  # noqa: PLC0415
    from pii_audit.engine import engine  # noqa: PLC0415
    from pii_audit.render.interface import renderer  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    renderer(options.format or "table")
    baseline = read_baseline(options.baseline)
    space = session.workspace()
    if baseline:
        from pii_audit.model.fingerprint import Fingerprinter  # noqa: PLC0415 - as above

        baseline.refuse_other(Fingerprinter(load_key(space)).mark)
    with Store.open(space.store, space.root, key=load_key(space)) as store:
        wanted = Options(
            sources=options.source,
            sample=options.sample,
            full=options.full,
            max_load=options.max_load,
            seed=options.seed,
            enumerate_hashes=options.enumerate_hashes,
            engine=engine(options.jobs),
        )
        key = run_key(space, wanted)
        if not options.resume:
            store.clear(key)
        with shown(session) as progress:
            feeds, january = feed_ids(space), space.now().replace(month=1, day=1, hour=0, minute=0)
            wanted = replace(
                wanted,
                progress=progress,
                checkpoint=store.begin(key),
                provided=store.provided(feeds, january),
                first=store.first(feeds, january),
                earlier=store.earlier,
                held=store.held,
                memory=store.memory,
                inventory=store.inventory() if any(one.kind == "export_jobs" for one in space.sources) else (),
            )
            done = audit(space, wanted)
        notes = {**done.notes, "fail_on": options.fail_on, "allow_incomplete": str(options.allow_incomplete).lower()}
        done = store.record(replace(done, notes=notes))
        store.clear(key)
    done = without_baseline(session, done, baseline)
    emit(session, done, options.format, options.output)
    return done.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete)
