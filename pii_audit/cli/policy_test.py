"""`pii-audit policy test`: the cases beside the policies, run like unit tests."""

from __future__ import annotations

import argparse
from pathlib import Path

from pii_audit.cli.options import add_day, add_file, add_format, number, put, say
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例：pii-audit policy test\n    pii-audit policy test policies/ --format junit -o cases.xml --min-coverage 90",
    "example: pii-audit policy test\n         pii-audit policy test policies/ --format junit -o cases.xml --min-coverage 90",
)
WHOLE = 100
FAILED = 1


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    parser.add_argument(
        "path",
        nargs="*",
        metavar="PATH",
        help=say(
            language,
            "用例文件，或含 *.cases.yaml 的文件夹（默认：工作区的 policies）",
            "files of cases, or folders with *.cases.yaml (default: the workspace's policies)",
        ),
    )
    add_format(parser, language, "text", "json", "junit")
    parser.add_argument(
        "--min-coverage",
        type=number,
        metavar="PERCENT",
        help=say(
            language,
            "受用例考验的策略行少于此百分比即失败",
            "fail when cases weigh fewer of the policy's lines than this percentage",
        ),
    )
    add_day(parser, language)
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the cases; gives 1 when one fails or too little is covered."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415
    from pii_audit.policy.testing import covered, load_cases, run_case  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.policy_tests import as_json, as_junit, as_lines, summary  # noqa: PLC0415

    if (options.min_coverage or 0) > WHOLE:
        raise UsageError(
            Text("--min-coverage 是百分比", "--min-coverage is a percentage"),
            where=str(options.min_coverage),
            todo=Text("给出 1 到 100", "give 1 to 100"),
        )
    space = session.workspace()
    catalogue = load_catalogue(space.identifiers)
    policy = policy_of(space, catalogue)
    entries, root = (options.path, Path.cwd()) if options.path else (space.policies, space.root)
    cases = load_cases(entries, root, policy, catalogue, options.as_of or space.today())
    results = [run_case(case, policy, catalogue) for case in cases]
    found = covered(policy, results)
    if options.format == "text":
        text = as_lines(results, found, session.language, verbose=session.verbose)
    elif options.format == "json":
        text = as_json(results, found, session.language)
    else:
        text = as_junit(results, session.language, space.now())
    if options.output is None:
        put([text])
    else:
        write_output(options.output, text)
    if options.format != "text" or options.output is not None:
        session.say(summary(results, found))
    too_little = found.share * WHOLE < (options.min_coverage or 0)
    return FAILED if too_little or not all(result.passed for result in results) else 0
