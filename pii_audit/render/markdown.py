"""The `markdown` report: the same result in brief, for a merge request or a wiki (GitHub Flavored Markdown 0.29).

Text from data never becomes markup: what could start a construct, a mention or a link is written as a character
reference, and everything stands on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pii_audit.language import Language
from pii_audit.model.run import Run
from pii_audit.render.safe import safe
from pii_audit.render.view.findings import Card, cards
from pii_audit.render.view.flows import FlowView, flows
from pii_audit.render.view.inventory import inventory
from pii_audit.render.view.ledger import STATUSES, Ledger, ledger
from pii_audit.render.view.overview import overview
from pii_audit.render.view.words import Words

FINDINGS = 100
"""So many findings are listed: a comment on GitHub holds 65,536 characters."""
ROWS = 50
"""So many rows of every other table."""
ACTIVE = re.compile(r"[&<>|`*\[\]#~\\@!$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|(?<=:)//|(?<=www)\.", re.IGNORECASE)
SIGNS = {"violation": "❌", "gap": "❔", "compliant": "✅"}
TONES = {"bad": "❌", "warn": "⚠️", "good": "✅"}


def render(run: Run, *, language: Language) -> str:
    """The report of a run as one Markdown document."""
    words = Words(language)
    lines = [
        *_head(run, words),
        *_findings(cards(run, words), words),
        *_flows(flows(run, words), words),
        *_coverage(ledger(run, words), words),
    ]
    return "\n".join(lines)


def escape(text: str) -> str:
    """Text from data as it can stand anywhere, a table cell included: one line, no markup, no mention, no link."""
    return ACTIVE.sub(lambda found: "".join(f"&#{ord(character)};" for character in found[0]), safe(text))


def _head(run: Run, words: Words) -> Iterator[str]:
    head = overview(run, inventory(run, words), words)
    yield f"# {escape(head.organisation)} {words('title')}".replace("#  ", "# ")
    yield ""
    yield f"**{TONES[head.statement.tone]} {escape(head.statement.headline)}**"
    yield ""
    if head.statement.incomplete:
        yield f"**⚠️ {escape(head.statement.incomplete)}**"
        yield ""
    for line in head.statement.lines:
        yield f"- {escape(line)}"
    for label, value in head.meta:
        yield f"- {label}: {escape(value)}"
    yield ""
    yield from _table(
        [tile.label for tile in head.tiles],
        [[escape(tile.figure) for tile in head.tiles], [escape(tile.note) for tile in head.tiles]],
    )


def _findings(found: Sequence[Card], words: Words) -> Iterator[str]:
    yield f"## {words('h_findings')}"
    yield ""
    standing = [card for card in found if card.open]
    if not standing:
        yield words("findings_none")
        yield ""
        return
    if len(standing) > FINDINGS:
        yield words("md_findings_lead", shown=FINDINGS, total=len(standing))
        yield ""
    heads = ("col_severity", "col_rule", "col_resource", "col_message", "policy_line", "col_owner")
    yield from _table(
        [words(key) for key in heads],
        (
            [
                words(f"severity.{card.severity}"),
                f"{escape(card.rule)} {escape(card.title)}",
                escape(card.resource),
                escape(card.message),
                escape(card.policy),
                escape(card.owner or words("owner_none")),
            ]
            for card in standing[:FINDINGS]
        ),
    )


def _flows(found: Sequence[FlowView], words: Words) -> Iterator[str]:
    yield f"## {words('h_flows')}"
    yield ""
    rows = [(flow, element) for flow in found for element in flow.elements if element.outcome != "compliant"]
    if not found:
        yield words("flows_none")
    for flow in found[:ROWS]:
        abroad = f" · {escape(flow.destination(words))}" if flow.abroad else ""
        counts = words("flow_counts", violation=flow.counts[0], gap=flow.counts[1], compliant=flow.counts[2])
        recipient = escape(flow.recipient or words("recipient_unknown"))
        yield f"- {SIGNS[flow.outcome]} {escape(flow.id)} → {recipient}{abroad}: {counts}"
    yield from _more(len(found), words)
    yield ""
    if rows:
        heads = ("md_flow", "col_outcome", "col_element", "col_form", "col_why", "policy_line")
        yield from _table(
            [words(key) for key in heads],
            (
                [
                    escape(flow.id),
                    f"{SIGNS[element.outcome]} {words(f'outcome.{element.outcome}')}",
                    escape(words.element(element.element)),
                    escape(words.known("form", element.form)) if element.form else "",
                    escape(element.message),
                    escape(element.policy),
                ]
                for flow, element in rows[:ROWS]
            ),
        )
        yield from _more(len(rows), words)


def _coverage(found: Ledger, words: Words) -> Iterator[str]:
    yield f"## {words('h_coverage')}"
    yield ""
    heads = [words(f"coverage.{status}") for status in STATUSES]
    yield from _table(heads, [[words.plain(count) for count in found.counts]])
    if found.unchanged:
        yield words("coverage_unchanged", count=found.unchanged)
        yield ""
    for rows, reason in ((found.failed, "col_reason"), (found.skipped, "col_skip_rule")):
        if rows:
            yield from _table(
                [words("col_source"), words("col_object"), words(reason)],
                ([escape(row.source), escape(row.asset), escape(row.reason)] for row in rows[:ROWS]),
            )
            yield from _more(len(rows), words)


def _more(total: int, words: Words) -> Iterator[str]:
    if total > ROWS:
        yield words("more_rows", count=total - ROWS)
        yield ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
