"""The `json` and `jsonl` formats: for programs, versioned, the same bytes for the same run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pii_audit.language import Language
from pii_audit.model.coverage import Coverage
from pii_audit.model.lifecycle import Step, Tracked, Verification
from pii_audit.model.run import Inspected, Run
from pii_audit.render.safe import safe_json
from pii_audit.render.wire import to_inspect_wire, to_step_wire, to_tracked_wire, to_wire
from pii_audit.render.wire_types import VERSION


def render(run: Run, *, language: Language) -> str:
    """`run|gate|report --format json` (reports/schemas/run.schema.json)."""
    return document(to_wire(run, language))


def render_inspect(
    inspected: Sequence[Inspected], coverage: Sequence[Coverage], language: Language, *, qualified: bool = False
) -> str:
    """`inspect --format json` (reports/schemas/inspect.schema.json); `qualified` asset ids are for the inventory."""
    return document(to_inspect_wire(inspected, coverage, language, qualified=qualified))


def render_tracked(tracked: Sequence[Tracked], language: Language) -> str:
    """`findings list|show --format json`: findings as a run writes them, with the dates between which they were seen."""
    return document({"version": VERSION, "findings": [to_tracked_wire(one, language) for one in tracked]})


def render_steps(steps: Sequence[Step], language: Language) -> str:
    """`findings history --format json`: every step, the oldest first."""
    return document({"version": VERSION, "steps": [to_step_wire(one, language) for one in steps]})


def render_verification(verified: Verification, language: Language) -> str:
    """`findings verify --format json`: what the examination found; no problems where the history is whole."""
    return document(
        {
            "version": VERSION,
            "steps": verified.steps,
            "head": verified.head,
            "problems": [problem.in_(language) for problem in verified.problems],
            "older": verified.older,
            "unsealed": verified.unsealed,
            "backwards": verified.backwards,
        }
    )


def match_line(  # noqa: PLR0913 - one argument a key of the line
    *,
    asset: str,
    field: str | None,
    row: int | None,
    start: int,
    end: int,
    identifier: str,
    score: float,
    form: str,
    masked: str,
    place: Mapping[str, str | int] | None = None,
) -> str:
    """One line of `inspect --format jsonl`, newline included.

    For text, `start` and `end` count characters of the whole file; for tabular data, characters of the cell. `place` says
    where a person finds it: `cell` of a sheet, `page` of a document and `line` on it.
    """
    line = {
        "asset": asset,
        "field": field,
        "row": row,
        "start": start,
        "end": end,
        "identifier": identifier,
        "score": round(score, 6),
        "form": form,
        "masked": masked,
        **(place or {}),
    }
    return safe_json(json.dumps(line, ensure_ascii=False, allow_nan=False)) + "\n"


def document(value: Mapping[str, Any]) -> str:
    """A JSON document for people and programs: indented, UTF-8, no character that a terminal would obey."""
    return safe_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)) + "\n"
