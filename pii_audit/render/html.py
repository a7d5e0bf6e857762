"""The `html` report: one self-contained file for people, opened from disk without a network.

Style, script and charts stand inside it; a Content-Security-Policy (W3C CSP Level 3) with the hashes of exactly this
style and this script forbids everything else. Everything from data is escaped twice over: control and bidirectional
characters are made visible by `safe`, markup by Jinja2's autoescape.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from pii_audit import content
from pii_audit.language import Language
from pii_audit.model.course import Course
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.finding import Change, Severity
from pii_audit.model.run import Run
from pii_audit.render import charts, flow_chart
from pii_audit.render.matrix import graph
from pii_audit.render.matrix.rights import rights
from pii_audit.render.safe import safe, short
from pii_audit.render.view import findings as finding_view
from pii_audit.render.view.access import access
from pii_audit.render.view.course import course_view
from pii_audit.render.view.flows import OUTCOMES, flows
from pii_audit.render.view.heat import heat_map
from pii_audit.render.view.inventory import LEVELS, inventory
from pii_audit.render.view.ledger import STATUSES, ledger
from pii_audit.render.view.overview import by_group, by_stage, overview
from pii_audit.render.view.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = "reports/html"
FULL_CARDS = 500
"""Up to so many findings each is a card with clauses and remediation; beyond, those stand once a rule.

Measured in Chromium with 50,000 findings: 30 to 39 MB, loaded in 2 s, a search in 0.4 s; as cards 103 MB.
"""
CHUNK = 50
"""Cards that the browser lays out together, when they come near the window."""
LISTED = 2000
"""Rows of one table (assets, ledger, principals); the rest is counted in words and stands in the machine formats."""

T = TypeVar("T")


def render(run: Run, *, language: Language, course: Course | None = None) -> str:
    """The report of a run as the text of one HTML file (UTF-8, WHATWG HTML); with `course`, how it went until then too.

    Up to FULL_CARDS findings the page holds both languages, `language` shown first; beyond, that would double what a browser
    has to hold.
    """
    words = Words(language)
    other: Language = "en" if language == "zh" else "zh"
    switchable = len(run.findings) <= FULL_CARDS
    style, script = content.text(f"{FOLDER}/report.css"), content.text(f"{FOLDER}/report.js")
    return (
        environment()
        .get_template("report.html")
        .render(
            t=words,
            title=_title(run, words),
            style=Markup(style),  # noqa: S704 - our own file, not data
            script=Markup(script),  # noqa: S704 - our own file, not data
            style_hash=digest(style),
            script_hash=digest(script),
            body=_body(run, words, course, switchable=switchable),
            other=_body(run, Words(other), course, switchable=True) if switchable else "",
            other_title=_title(run, Words(other)),
        )
    )


def _title(run: Run, words: Words) -> str:
    organisation = run.notes.get("organisation", "")
    return " · ".join(part for part in (words("title"), organisation, run.id) if part)


def _body(run: Run, words: Words, course: Course | None, *, switchable: bool) -> Markup:
    """All that a reader sees, in one language."""
    found = inventory(run, words)
    cards = finding_view.cards(run, words)
    rules = finding_view.notes(cards)
    flow_views = flows(run, words)
    reading = rights(run)
    return Markup(  # noqa: S704 - what the template escaped already
        environment()
        .get_template("body.html")
        .render(
            t=words,
            switchable=switchable,
            overview=overview(run, found, words),
            course=course_view(course, run, words) if course else None,
            cards=cards,
            full=len(cards) <= FULL_CARDS,
            rules=rules,
            remedies={rule.rule: rule.remediation for rule in rules},
            groups=tuple(_by_severity(cards)),
            filters=_filters(cards, words),
            stages=_chart(by_stage(run.standing, words), words),
            distributions=_distributions(run, words),
            levels=_levels(found.totals, words),
            coverage_bar=_coverage_bar(run, words),
            flows=flow_views,
            flow_chart=flow_chart.draw(flow_views, words) if flow_views else "",
            flows_drawn=min(len(flow_views), flow_chart.DRAWN),
            inventory=found,
            heat=heat_map(run, words),
            access=access(run),
            graph=graph.draw(reading, words),
            rights=len(reading),
            ledger=ledger(run, words),
            run=run,
            resource=finding_view.resource_of,
            LEVELS=LEVELS,
            STATUSES=tuple(status.value for status in STATUSES),
            SEVERITIES=finding_view.severities(),
            OUTCOMES=OUTCOMES,
            LISTED=LISTED,
        )
    )


@cache
def environment() -> Environment:
    """The templates of reports/html/, with autoescape and hidden characters made visible."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - start-up must not pay for it

    environment = Environment(
        loader=FunctionLoader(lambda name: content.text(f"{FOLDER}/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["chunks"] = _chunks
    return environment


def _visible(value: Any) -> Any:
    """What every expression of a template passes through: text from data is not too long and has its hidden characters shown."""
    return safe(short(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def digest(text: str) -> str:
    """The hash of a style or script, as a Content-Security-Policy names it."""
    made = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(made).decode('ascii')}"


def _by_severity(cards: Sequence[finding_view.Card]) -> Iterator[tuple[str, tuple[finding_view.Card, ...]]]:
    """Open findings by severity, worst first, then those that need no more action under an empty name."""
    for severity in finding_view.severities():
        if members := tuple(card for card in cards if card.open and card.severity == severity):
            yield severity, members
    if settled := tuple(card for card in cards if not card.open):
        yield "", settled


def _filters(cards: Sequence[finding_view.Card], words: Words) -> dict[str, list[tuple[str, str]]]:
    """The choices of each filter, only those that occur: value and label."""
    changes = [change.value for change in Change]
    return {
        "severity": [
            (name, words(f"severity.{name}"))
            for name in finding_view.severities()
            if any(card.severity == name for card in cards)
        ],
        "stage": [(name, words.known("stage", name)) for name in dict.fromkeys(card.stage for card in cards) if name],
        "source": [(name, safe(name)) for name in sorted({card.source for card in cards}) if name],
        "status": [(name, words.known("status", name)) for name in sorted({card.status for card in cards})],
        "change": [(name, words(f"change.{name}")) for name in changes if any(card.change == name for card in cards)],
    }


Drawn = list[tuple[str, Markup, int]]


def _chart(bars: Sequence[Any], words: Words) -> Drawn:
    names = [words(f"severity.{severity}") for severity in Severity]
    classes = [f"s-{severity}" for severity in Severity]
    longest = max((bar.total for bar in bars), default=0)
    return [
        (
            bar.label,
            charts.stacked_bar(
                bar.counts, classes, charts.describe(bar.counts, names, words.separator), longest=longest
            ),
            bar.total,
        )
        for bar in bars
    ]


def _distributions(run: Run, words: Words) -> list[tuple[str, Drawn]]:
    """By unit, source and owner; one that puts everything into a single bar says nothing and is left out."""
    found = [(words("chart_unit"), by_group(run, "unit", words))]
    found.append((words("chart_source"), by_group(run, "source", words)))
    found.append((words("chart_owner"), by_group(run, "owner", words)))
    return [(title, _chart(bars, words)) for title, bars in found if len(bars) > 1]


def _levels(totals: Sequence[int], words: Words) -> Drawn:
    longest = max(totals, default=0)
    drawn = []
    for level, count in zip(LEVELS, totals, strict=True):
        label = words(f"level.{level or 'none'}")
        drawn.append(
            (label, charts.stacked_bar([count], [f"l-{level or 'none'}"], f"{label} {count:,}", longest=longest), count)
        )
    return drawn


def _coverage_bar(run: Run, words: Words) -> Markup:
    order = (CoverageStatus.INSPECTED, CoverageStatus.SAMPLED, CoverageStatus.SKIPPED, CoverageStatus.FAILED)
    counts = [sum(row.status is status for row in run.coverage) for status in order]
    names = [words(f"coverage.{status}") for status in order]
    label = charts.describe(counts, names, words.separator)
    return charts.stacked_bar(counts, [f"c-{status}" for status in order], label, longest=sum(counts))
