"""Coverage: what could not be inspected is a finding, never silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.rules.interface import Draft, Facts, proof
from pii_audit.sources.interface import ROOT_NAME


def not_inspected(facts: Facts) -> Iterator[Draft]:
    """COV001: one finding for each source and reason, however many objects it befell."""
    grouped: dict[tuple[str, str], list[tuple[str, Text]]] = {}
    for row in facts.coverage:
        if row.incomplete:
            reason = row.reason or Text("原因不明", "for an unknown reason")
            grouped.setdefault((row.source, re.sub(r"[0-9]+", "#", reason.en)), []).append((row.asset, reason))
    for (source, kind), rows in grouped.items():
        first, reason = rows[0]
        more = Text(f" 等 {len(rows)} 个对象", f" and {len(rows) - 1} more") if len(rows) > 1 else Text("", "")
        whole = first in ("", ROOT_NAME)
        name = source if whole else f"{source}:{first}"
        yield Draft(
            "COV001",
            (source, kind),
            Text(f"{name}{more.zh} 未能检查：{reason.zh}", f"{name}{more.en} could not be inspected: {reason.en}"),
            outcome=Outcome.GAP,
            source=source,
            asset=name if len(rows) == 1 and not whole else None,
            evidence=proof((), [f"{source}:{asset}" for asset, _ in rows]),
        )


RULES = (not_inspected,)
