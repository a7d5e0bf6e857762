"""`pii-audit policy`: are the policies well-formed, and do they make sense?"""

from __future__ import annotations

import argparse
import json
import sys

from pii_audit.cli.options import say
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例: pii-audit policy check\n    pii-audit policy schema -o policy.schema.json",
    "example: pii-audit policy check\n         pii-audit policy schema -o policy.schema.json",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "action",
        choices=("check", "schema"),
        help=say(
            language,
            "check 检查全部策略;schema 输出 JSON Schema(供编辑器补全)",
            "check all policies; print the JSON Schema (for editors)",
        ),
    )
    parser.add_argument("--strict", action="store_true", help=say(language, "提醒也算错误", "warnings count as errors"))
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=say(language, "写到文件(默认标准输出)", "write to a file (default: standard output)"),
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; gives its exit code: 2 when something is wrong."""
    return _schema(options) if options.action == "schema" else _check(session, strict=options.strict)


def _schema(options: argparse.Namespace) -> int:
    from pii_audit.policy.language import policy_schema  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415

    write_output(options.output, json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n")
    return 0


def _check(session: Session, *, strict: bool) -> int:
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.linter import lint, unknown_sources  # noqa: PLC0415
    from pii_audit.policy.loader import from_here, load_policy  # noqa: PLC0415

    space = session.workspace()
    catalogue = load_catalogue(space.identifiers)
    policy = load_policy(space.policies, space.root, catalogue)
    errors = unknown_sources(policy, [source.id for source in space.sources])
    problems = [*errors, *lint(policy, catalogue, space.today())]
    for problem in problems:
        print(from_here(problem, space.root).in_(session.language), file=sys.stderr)  # noqa: T201 - diagnostics are this command's output
    flows, recipients = len(policy.flows), len(policy.recipients)
    session.say(
        Text(
            f"{len(policy.files)} 个文件,{recipients} 个接收方,{flows} 个数据流,{len(problems)} 条提醒",
            f"{len(policy.files)} file(s), {recipients} recipient(s), {flows} flow(s), {len(problems)} warning(s)",
        )
    )
    return 2 if errors or (problems and strict) else 0
