"""`findings export` and `findings import`: the register that units answer in."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.finding_steps import actor, masking
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.model.finding import SETTLED, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pii_audit.findings.merging import Difference
    from pii_audit.model.decision import Answer


def export(session: Session, options: argparse.Namespace) -> int:
    """Writes what is to be put right, of one unit and those below it or of all, as a workbook to fill in."""
    from pii_audit.render.output import write_binary  # noqa: PLC0415 - start-up does without
    from pii_audit.render.xlsx.register import register  # noqa: PLC0415
    from pii_audit.store import Store, Wanted  # noqa: PLC0415

    space = session.workspace()
    units = space.below(options.unit) if options.unit else ()
    wanted = Wanted([status for status in Status if status not in SETTLED], units=units)
    with Store.open(space.store, space.root, create=False) as store:
        found = store.findings(wanted, as_of=space.today())
    write_binary(
        options.output,
        register(found, session.language, space.now(), {one.id: one.title for one in space.units.values()}),
    )
    session.say(Text(f"已导出 {len(found)} 条", f"{len(found)} finding(s) exported"))
    return 0


def import_(session: Session, options: argparse.Namespace) -> int:
    """Brings answers in. 1 where the store says other than what was exported and filled in: those rows are left out.

    With `--overwrite` the register wins, and what it replaces is shown and stays in the history.
    """
    from pii_audit.findings.life import Move  # noqa: PLC0415 - start-up does without
    from pii_audit.findings.merging import OWNER, differences, moves  # noqa: PLC0415
    from pii_audit.render.xlsx.answers import read_answers  # noqa: PLC0415
    from pii_audit.render.xlsx.register import state, state_of  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    space = session.workspace()
    path = Path(options.ids[0])
    rows = read_answers(path)
    masked = masking(space)
    with Store.open(space.store, space.root, create=False, key=load_key(space)) as store:
        known = store.known([row.fingerprint for row in rows], space.today())
        strangers = [row for row in rows if row.fingerprint not in known]
        if strangers:
            raise UsageError(
                Text(
                    f"第 {strangers[0].row} 行的编号不在存储库中（共 {len(strangers)} 行），未导入任何内容",
                    f"row {strangers[0].row} has an id that the store does not know ({len(strangers)} such rows); nothing was imported",
                ),
                where=str(path),
                todo=Text("用这个工作区导出的文件", "take the file that this workspace exported"),
            )
        steps: list[tuple[str, Move]] = []
        conflicts: list[Difference] = []
        settled: list[Difference] = []
        applied = 0
        for row in rows:
            tracked = known[row.fingerprint]
            owner, answer = masked(row.owner), _answer_masked(row.answer, masked)
            changed = differences(tracked, owner, answer)
            if not changed or row.state == state(owner, answer):
                continue
            if row.state != state_of(tracked):
                conflicts += changed
                if not options.overwrite:
                    continue
            made = list(moves(tracked, owner, answer))
            if tracked.finding.status in SETTLED and changed[0].field == OWNER:
                settled.append(changed[0])
            steps += made
            applied += bool(made)
        if steps:
            store.move_each(steps, actor(space, options.by, masked))
    for left in settled:
        session.say(_left(left))
    for conflict in conflicts:
        session.say(_told(conflict, overwritten=options.overwrite))
    session.say(
        Text(
            f"已导入 {applied} 条的答复，冲突 {len({one.fingerprint for one in conflicts})} 条",
            f"answers on {applied} finding(s) imported, {len({one.fingerprint for one in conflicts})} in conflict",
        )
    )
    return 1 if conflicts and not options.overwrite else 0


def _left(owner: Difference) -> Text:
    where = owner.fingerprint[:12]
    return Text(
        f"{where}: 已了结，责任人仍为“{owner.stored}”",
        f'{where}: it is settled; its owner is "{owner.stored}" as before',
    )


def _told(conflict: Difference, *, overwritten: bool) -> Text:
    where = conflict.fingerprint[:12]
    outcome = (
        Text("已改写", "overwritten")
        if overwritten
        else Text("未改写，加 --overwrite 以表格为准", "left as it is; --overwrite takes the register's")
    )
    return Text(
        f"{where}: {conflict.field.zh}：存储库“{conflict.stored}”，表格“{conflict.filled}”（{outcome.zh}）",
        f'{where}: {conflict.field.en}: "{conflict.stored}" in the store, "{conflict.filled}" in the register ({outcome.en})',
    )


def _answer_masked(answer: Answer, masked: Callable[[str], str]) -> Answer:
    return replace(answer, cause=masked(answer.cause), measure=masked(answer.measure), evidence=masked(answer.evidence))
