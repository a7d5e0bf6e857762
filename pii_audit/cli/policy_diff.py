"""`pii-audit policy diff`: what an edit changes, in what may leave or in the verdicts of a recorded run."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.options import add_day, add_file, add_format, put, say
from pii_audit.cli.policies import LAST
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pii_audit.identifiers.model import Catalogue
    from pii_audit.policy.comparison import Change, FindingChange
    from pii_audit.policy.edits import Edit
    from pii_audit.policy.model import Policy
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit policy diff policies.old/ policies/\n    pii-audit policy diff policies.old/ policies/ --run last --forbid-loosening",
    "example: pii-audit policy diff policies.old/ policies/\n         pii-audit policy diff policies.old/ policies/ --run last --forbid-loosening",
)
LOOSER = 1


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the action's options."""
    where = say(language, "策略文件、文件夹或工作区", "a policy file, a folder of them, or a workspace")
    parser.add_argument("old", metavar="OLD", help=where)
    parser.add_argument("new", metavar="NEW", help=where)
    parser.add_argument(
        "--run",
        metavar="ID",
        help=say(
            language,
            "一次运行的哪些裁决会改变（last 为最近一次）",
            "which verdicts of a recorded run would change (last: the newest)",
        ),
    )
    parser.add_argument(
        "--forbid-loosening",
        action="store_true",
        help=say(language, "有放宽即以 1 退出", "exit 1 when anything is looser than before"),
    )
    add_format(parser, language, "text", "json")
    add_day(parser, language)
    add_file(parser, language)


def run(session: Session, options: argparse.Namespace) -> int:
    """Compares; gives 1 for a looser policy where that is forbidden."""
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415 - start-up does without
    from pii_audit.policy.comparison import changed_permissions  # noqa: PLC0415
    from pii_audit.policy.edits import edited  # noqa: PLC0415
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.policy_diff import as_json, as_text  # noqa: PLC0415

    spaces = _workspaces(session, options)
    catalogue = load_catalogue(tuple(dict.fromkeys(path for space in spaces for path in space.identifiers)))
    before, after = (_policy(place, catalogue) for place in (options.old, options.new))
    findings: tuple[FindingChange, ...] = ()
    if options.run is None:
        changes = tuple(changed_permissions(before, after, catalogue, options.as_of or _today(spaces)))
    else:
        changes, findings = _recorded(session, before, after, catalogue, options)
    edits = tuple(edited(before, after, catalogue))
    render = as_json if options.format == "json" else as_text
    text = render(changes, edits, findings, session.language)
    if options.output is None:
        put([text])
    else:
        write_output(options.output, text)
    several: tuple[Sequence[Change | Edit | FindingChange], ...] = (changes, edits, findings)
    looser = any(one.looser for group in several for one in group)
    return LOOSER if looser and options.forbid_loosening else 0


def _workspaces(session: Session, options: argparse.Namespace) -> tuple[Workspace, ...]:
    """The workspaces compared, else the one we are in, if any: their identifiers may be named and their day is judged by."""
    from pii_audit.workspace import find_workspace, load_workspace  # noqa: PLC0415 - start-up does without

    folders = [Path(place) for place in (options.old, options.new) if os.path.isfile(Path(place) / "audit.yaml")]
    if not folders:
        try:
            folders = [session.folder or find_workspace(Path.cwd())]
        except UsageError:
            return ()
    return tuple(load_workspace(folder) for folder in folders)


def _policy(place: str, catalogue: Catalogue) -> Policy:
    """The policy of a workspace, or of a file or folder."""
    from pii_audit.policy.loader import load_policy, policy_of  # noqa: PLC0415 - start-up does without
    from pii_audit.workspace import load_workspace  # noqa: PLC0415

    path = Path(place)
    if not os.path.exists(path) and not place.startswith("pack:"):
        raise UsageError(
            Text("没有这个文件或文件夹", "no such file or folder"),
            where=place,
            todo=Text("请检查路径", "check the path"),
        )
    if os.path.isfile(path / "audit.yaml"):
        space = load_workspace(path)
        return policy_of(space, catalogue)
    policy = load_policy([place], Path.cwd(), catalogue)
    if not policy.files:
        raise UsageError(
            Text("文件夹中没有策略文件", "the folder holds no policy file"),
            where=place,
            todo=Text("请检查路径", "check the path"),
        )
    return policy


def _today(spaces: Sequence[Workspace]) -> date:
    """The day of the newer workspace; of files alone, that of a workspace which names no time zone."""
    from datetime import datetime  # noqa: PLC0415 - start-up does without
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from pii_audit.workspace.model import DEFAULT_TIMEZONE  # noqa: PLC0415

    return spaces[-1].today() if spaces else datetime.now(ZoneInfo(DEFAULT_TIMEZONE)).date()


def _recorded(
    session: Session, before: Policy, after: Policy, catalogue: Catalogue, options: argparse.Namespace
) -> tuple[tuple[Change, ...], tuple[FindingChange, ...]]:
    """The run is judged on its own day, with what else was recorded of that year."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - start-up does without

    from pii_audit.auditing.comparison import Recorded  # noqa: PLC0415
    from pii_audit.auditing.selfcheck import feed_ids  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415

    space = session.workspace()
    with Store.open(space.store, space.root, create=False) as store:
        found = store.load(None if options.run == LAST else options.run)
        started = found.started.astimezone(ZoneInfo(space.timezone))
        provided = store.provided(feed_ids(space), started.replace(month=1, day=1, hour=0, minute=0))
        day = options.as_of or started.date()
        recorded = Recorded(found, space, catalogue, day, provided, partial(store.earlier, than=found.id))
        return recorded.changes(before, after)
