"""`pii-audit policy draft`: a first policy from what a run saw."""

from __future__ import annotations

import argparse

from pii_audit.cli.options import add_file, put, say
from pii_audit.cli.policies import recorded
from pii_audit.cli.session import Session
from pii_audit.language import Language, Text

EXAMPLE = Text(
    "例：pii-audit policy draft --from-run last -o policies/draft.yaml",
    "example: pii-audit policy draft --from-run last -o policies/draft.yaml",
)


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    parser.add_argument(
        "--from-run",
        metavar="ID",
        required=True,
        help=say(language, "依据哪一次运行（last 为最近一次）", "the run to draft from (last: the newest)"),
    )
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Writes the draft; gives 0."""
    from pii_audit.auditing.selfcheck import feed_ids  # noqa: PLC0415 - start-up does without
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.policy.draft import CONFIRM, draft_policy  # noqa: PLC0415
    from pii_audit.policy.loader import policy_of  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415

    space = session.workspace()
    catalogue = load_catalogue(space.identifiers)
    policy = policy_of(space, catalogue)
    text = draft_policy(recorded(space, options.from_run), policy, catalogue, feed_ids(space))
    if options.output is None:
        put([text])
    else:
        write_output(options.output, text)
    marked = sum(CONFIRM in line for line in text.splitlines())
    session.say(
        Text(
            f"{marked} 行有待人工确认；确认后运行 pii-audit policy check",
            f"{marked} lines for a human to confirm; then run pii-audit policy check",
        )
    )
    return 0
