"""The access matrix for programs and spreadsheets: JSON (reports/schemas/access.schema.json) and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from pii_audit.language import Language
from pii_audit.render.json import document
from pii_audit.render.matrix.rights import Matrix, Right
from pii_audit.render.safe import safe
from pii_audit.render.wire_types import VERSION

COLUMNS = (
    "principal", "everyone", "asset", "privilege", "fields", "identifiers", "level", "persons", "grantable", "path",
    "opened_by", "closing",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute (OWASP, CSV injection)."""


def to_json(matrix: Matrix, language: Language) -> str:
    """The whole matrix; `against`, `added`, `removed`, `changed` and `not_compared` only where it was compared with another run."""
    wire: dict[str, Any] = {
        "version": VERSION,
        "run": matrix.run.id,
        "rights": [_wire(right) for right in matrix.rights],
        "gaps": [
            {
                "fingerprint": finding.fingerprint,
                "rule": finding.rule,
                "severity": str(finding.severity),
                "outcome": str(finding.outcome),
                "principal": finding.principal,
                "message": finding.message.in_(language),
                "remediation": finding.remediation.in_(language),
                "close": list(finding.evidence.get("close", ())),
                "principals": list(finding.evidence.get("principals", ())),
            }
            for finding in matrix.gaps
        ],
    }
    if matrix.added is not None:
        wire |= {
            "against": matrix.against,
            "added": list(map(_wire, matrix.added)),
            "removed": list(map(_wire, matrix.removed)),
            "changed": [{"before": _wire(before), "after": _wire(after)} for before, after in matrix.changed],
            "not_compared": list(matrix.not_compared),
        }
    return document(wire)


def _wire(right: Right) -> dict[str, Any]:
    row = {name: getattr(right, name) for name in COLUMNS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()} | {
        "level": right.level or None
    }


def to_csv(matrix: Matrix) -> str:
    """One line a right, with a byte-order mark, without which spreadsheets take Chinese for something else.

    A matrix that was compared has only the lines that differ, with `added`, `removed`, or `before` and `after` in front.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    if matrix.added is None:
        writer.writerow(COLUMNS)
        writer.writerows(map(_cells, matrix.rights))
    else:
        writer.writerow(("change", *COLUMNS))
        writer.writerows(("added", *_cells(right)) for right in matrix.added)
        writer.writerows(("removed", *_cells(right)) for right in matrix.removed)
        for before, after in matrix.changed:
            writer.writerows((("before", *_cells(before)), ("after", *_cells(after))))
    return "\ufeff" + stream.getvalue()


def _cells(right: Right) -> Iterable[str]:
    for name in COLUMNS:
        value = getattr(right, name)
        joined = {"path": " ← ", "closing": "; "}.get(name, ", ")
        text = safe(joined.join(value) if isinstance(value, tuple) else str(value))
        yield f"'{text}" if text.startswith(_FORMULA) else text
