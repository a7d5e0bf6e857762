"""`findings locate`: the rows of a finding, for those who put them right."""

from __future__ import annotations

import argparse

from pii_audit.cli.finding_steps import actor, masking
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Text

INCOMPLETE = 3


def locate(session: Session, options: argparse.Namespace) -> int:
    """Writes row keys and masks to a file for its owner alone, and into the history that this was done.

    3 where something that the finding stands on could not be read or is gone.
    """
    from pii_audit.auditing.locating import locate as search  # noqa: PLC0415 - start-up does without
    from pii_audit.findings.life import Locate  # noqa: PLC0415
    from pii_audit.render.output import STDOUT, write_output  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    if not options.output or options.output == STDOUT:
        raise UsageError(
            Text("没有说明写到哪个文件", "no file is named to write to"),
            todo=Text("加 -o 文件（仅本人可读）", "give -o FILE (it is made readable by you alone)"),
        )
    space = session.workspace()
    masked = masking(space)
    with Store.open(space.store, space.root, create=False, key=load_key(space)) as store:
        finding = store.finding(options.ids[0], space.today()).finding
        located = search(space, finding)
        # Written down first: a file of which nobody knows is worse than an entry without one.
        store.move([finding.fingerprint], Locate(masked(options.reason or "")), actor(space, options.by, masked))
    write_output(options.output, located.as_csv())
    for row in located.missed:
        why = row.reason or Text("未能读取", "it could not be read")
        session.say(Text(f"{row.id}: 未能定位：{why.zh}", f"{row.id}: not located: {why.en}"))
    session.say(
        Text(
            f"{len(located.rows)} 处写入 {options.output}（仅本人可读），已记入经过",
            f"{len(located.rows)} place(s) written to {options.output} (for its owner alone), and noted in the history",
        )
    )
    return INCOMPLETE if located.missed else 0
