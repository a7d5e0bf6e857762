"""`gate --diff OLD NEW`: what changed between two versions of an export, and whether the new one may leave."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from pii_audit.cli.gate_pass import tell
from pii_audit.cli.options import put, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import Severity

FORMATS = ("table", "json")


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the mode."""
    parser.add_argument(
        "--diff",
        nargs=2,
        metavar=("OLD", "NEW"),
        help=say(
            language,
            "同一导出的两个版本：列、标识符、形式、人数、裁决有何变化；退出码是 NEW 的（--format table|json）",
            "two versions of an export: which columns, identifiers, forms, people and verdicts changed; the exit code is NEW's (--format table|json)",
        ),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """The exit code of the new version's gate; 3 also where the old one could not be read whole."""
    from pii_audit.auditing.export_diff import Difference, document, sentences  # noqa: PLC0415 - start-up does without
    from pii_audit.cli.gate_case import open_case  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.safe import safe_json  # noqa: PLC0415

    if options.path or options.receipt or options.record or options.baseline:
        raise UsageError(
            Text(
                "--diff 只比较两个版本，不出回执、不记录、不用基线",
                "--diff compares two versions alone: no PATH, receipt, record or baseline goes with it",
            ),
            todo=Text("另外对新版本执行 gate", "judge the new version by a gate of its own"),
        )
    if options.format not in (None, *FORMATS):
        raise UsageError(
            Text("--diff 没有这种格式", "--diff has no such format"),
            where="--format",
            todo=Text("可用：table、json", "choose table or json"),
        )
    case = open_case(session, options)
    runs = []
    for path in options.diff:
        inputs = case.inputs([path], certified=False)
        runs.append(case.judge(inputs.paths, inputs.streams))
    old, new = runs
    for one in runs:
        tell(session, replace(one, findings=()))
    before, code = (one.exit_code(Severity(options.fail_on), allow_incomplete=options.allow_incomplete) for one in runs)
    difference = Difference.of(old, new)
    if options.format == "json":
        told = document(difference, case.flow.id, (before, code), session.language)
        payload = safe_json(json.dumps(told, ensure_ascii=False, indent=2)) + "\n"
    else:
        payload = "".join(f"{line}\n" for line in sentences(difference, session.language))
    if options.output:
        write_output(options.output, payload)
    else:
        put([payload])
    unread = old.incomplete and not options.allow_incomplete
    return code or (3 if unread else 0)
