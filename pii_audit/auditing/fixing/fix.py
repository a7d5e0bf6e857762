"""`--fix`: plan, write, judge what was written; what is still objected to goes, until the gate lets the rest pass."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pii_audit.auditing.fixing.plan import Judge, Plan
from pii_audit.auditing.fixing.remedy import Action
from pii_audit.auditing.fixing.writing import Export
from pii_audit.auditing.inputs import FileDigest, digest
from pii_audit.detection.tally import Detector
from pii_audit.errors import OutputError, reason_of
from pii_audit.language import Text
from pii_audit.model.run import Run


@dataclass(frozen=True)
class Fixed:
    """What came of it: the plan that was carried out, the gate of its result and its exit code; kept where that is 0.

    `counts` are the values written anew, by column; `columns` all of the export's; `output` is the digest of what was kept.
    """

    plan: Plan
    run: Run
    code: int
    counts: Mapping[str, Counter[Action]]
    columns: tuple[str, ...]
    output: FileDigest | None = None


def fix(
    export: Export,
    before: tuple[Run, int],
    judge: Judge,
    writer: tuple[Detector, Callable[[str], str]],
    out: Path,
    judged: Callable[[str, BinaryIO], tuple[Run, int]],
) -> Fixed:
    """The compliant version of an export in `out`, for its owner alone, or nothing.

    `before` is the export's own gate; `judged` is to judge a stream under a name; `writer` finds values, and gives columns' shown names. Raises
    OutputError where the result cannot be written, InspectionError where the export cannot be cut for certain.
    """
    run, code = before
    [one] = run.inspected
    plan = judge.plan(run)
    if one.columns and plan.dropped.issuperset(one.columns):
        return Fixed(plan, run, code, {}, one.columns)
    with _beside(out) as (file, path):
        while True:
            file.seek(0)
            file.truncate()
            counts = export.rewritten(plan, *writer, file)
            file.flush()
            with path.open("rb") as written:
                after, code = judged(str(out), written)
            if code == 0:
                os.fsync(file.fileno())
                kept = digest(path)
                path.replace(out)
                return Fixed(plan, after, code, counts, one.columns, kept)
            more = judge.blamed(after, plan)
            if not more or (plan.dropped | more.keys()).issuperset(one.columns):
                return Fixed(plan, after, code, counts, one.columns)
            plan = plan.dropping(more)


@contextmanager
def _beside(out: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of the same folder, gone afterwards unless it was put into place."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".pii-audit-", dir=out.parent)
    except OSError as error:
        raise _unwritten(out, error) from error
    path = Path(name)
    try:
        with os.fdopen(descriptor, "r+b") as file:
            yield file, path
    except OSError as error:
        raise _unwritten(out, error) from error
    finally:
        path.unlink(missing_ok=True)


def _unwritten(out: Path, error: OSError) -> OutputError:
    reason = reason_of(error)
    return OutputError(
        Text(f"没有写出改好的文件：{reason.zh}", f"the fixed version was not written: {reason.en}"),
        where=str(out),
        todo=Text("检查路径、权限和空间", "look at the path, its permissions and the room that is left"),
    )
