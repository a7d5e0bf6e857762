"""`--baseline`, which `run`, `gate` and `report` share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pii_audit.cli.options import say
from pii_audit.language import Language, Text

if TYPE_CHECKING:
    from pii_audit.cli.session import Session
    from pii_audit.findings.baseline import Baseline
    from pii_audit.model.run import Run


def add_baseline(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the option."""
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help=say(
            language,
            "只报告此前的 JSON 结果里没有的（变得更严重的也算新）",
            "tell only what an earlier result in JSON has not (what got worse counts as new)",
        ),
    )


def read_baseline(path: str | None) -> Baseline | None:
    """The baseline in a file, read before anything else is done: a wrong one must not cost a run."""
    if path is None:
        return None
    from pii_audit.findings.baseline import Baseline  # noqa: PLC0415 - start-up does without

    return Baseline.read(Path(path))


def without_baseline(session: Session, run: Run, baseline: Baseline | None) -> Run:
    """The run without what the baseline has, and how many that hid said on stderr."""
    if baseline is None:
        return run
    baseline.refuse_other(run.notes.get("key_mark", ""))
    applied = baseline.apply(run)
    hidden, gone, unlooked = applied.baseline or (0, 0, 0)
    text = Text(
        f"基线隐藏了 {hidden} 项；基线中有 {gone} 项已不存在",
        f"the baseline hid {hidden} finding(s); {gone} of it are gone",
    )
    if unlooked:
        text = Text(f"{text.zh}，{unlooked} 项本次未查看", f"{text.en}, {unlooked} were not looked at")
    session.say(text)
    return applied
