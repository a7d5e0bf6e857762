"""`pii-audit policy check`: are the policies well-formed, and do they make sense?"""

from __future__ import annotations

import argparse
from datetime import timedelta

from pii_audit.cli.options import add_day, number, say
from pii_audit.cli.policies import recorded
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例：pii-audit policy check --strict --within 90\n    pii-audit policy check --run last    # 另外列出从未与实际相符的行",
    "example: pii-audit policy check --strict --within 90\n         pii-audit policy check --run last    # and the lines that matched nothing of what was seen",
)
WITHIN = 60
"""Days before an agreement or an exception ends from which that is told."""


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    parser.add_argument("--strict", action="store_true", help=say(language, "提醒也算错误", "warnings count as errors"))
    parser.add_argument(
        "--within",
        type=number,
        default=WITHIN,
        metavar="DAYS",
        help=say(
            language,
            f"提醒多少天内到期的协议和例外（默认 {WITHIN}）",
            f"tell which agreements and exceptions end within so many days (default {WITHIN})",
        ),
    )
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(
            language,
            "对照一次运行，列出从未与实际相符的行（last 为最近一次）",
            "compare with a run and list lines that matched nothing of it (last: the newest)",
        ),
    )
    add_day(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Tells every problem, one line each; gives 2 when something is wrong."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.lint import lint, unobserved  # noqa: PLC0415
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415
    from pii_audit.workspace import from_here  # noqa: PLC0415

    space = session.workspace()
    catalogue = load_catalogue(space.identifiers)
    policy = policy_of(space, catalogue, referring=True)
    as_of = options.as_of or space.today()
    problems = lint(policy, catalogue, as_of, within=timedelta(days=options.within))
    if options.run is not None:
        problems += unobserved(policy, recorded(space, options.run), catalogue, as_of)
    for problem in sorted(problems, key=lambda problem: problem.position):
        where = from_here(problem, space.root)
        session.tell(Text(where.in_("zh"), where.in_("en")))
    flows, recipients = len(policy.flows), len(policy.recipients)
    session.say(
        Text(
            f"{len(policy.files)} 个文件，{recipients} 个接收方，{flows} 个数据流，{len(problems)} 条提醒",
            f"{len(policy.files)} file(s), {recipients} recipient(s), {flows} flow(s), {len(problems)} warning(s)",
        )
    )
    return 2 if problems and options.strict else 0
