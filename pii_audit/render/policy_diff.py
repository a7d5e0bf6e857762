"""What an edit of a policy changes, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pii_audit.language import Language, Text
from pii_audit.policy.comparison import Change, FindingChange, Judged
from pii_audit.policy.edits import Edit
from pii_audit.render.labels import form_word, word
from pii_audit.render.safe import safe

LISTED = 6
"""So many elements that change alike are named."""
NOTHING = Text("不裁决", "not judged")


def as_text(
    changes: Sequence[Change], edits: Sequence[Edit], findings: Sequence[FindingChange], language: Language
) -> str:
    """One line a change, by flow, then by section: `-` looser, `+` stricter, `~` another objection; elements that change alike share it."""
    lines: list[str] = []
    groups = [list(group) for _, group in groupby(changes, key=lambda change: change.flow)]
    told = [(flow[0].flow, list(_alike(flow))) for flow in groups]
    for flow, several in told:
        lines.append(f"{flow}:")
        lines += [f"  {line}" for one in several for line in _change(*one, language)]
    by_section: dict[str, list[Edit]] = {}
    for edit in edits:
        by_section.setdefault(edit.section, []).append(edit)
    for section, made in by_section.items():
        lines.append(f"{section}:")
        lines += [line for edit in made for line in _edit(edit)]
    if findings:
        lines.append(Text("发现：", "findings:").in_(language))
        lines += [f"  {_finding(one, language)}" for one in findings]
    total = sum(len(several) for _, several in told) + len(edits) + len(findings)
    looser = sum(one[0].looser for _, several in told for one in several)
    looser += sum(edit.looser for edit in edits) + sum(change.looser for change in findings)
    summary = Text(f"{total} 处变化，其中 {looser} 处放宽", f"{total} change(s), {looser} of them looser")
    return "".join(f"{safe(line)}\n" for line in (*lines, summary.in_(language)))


def _edit(edit: Edit) -> Iterator[str]:
    yield f"  {'-' if edit.looser else '+'} {edit.line}"
    if edit.before or edit.after:
        places = [one.to_line if one else "-" for one in (edit.before, edit.after)]
        yield f"      {places[0]} → {places[1]}"


_Alike = tuple[Change, tuple[str, ...], tuple[str, ...]]


def _alike(changes: Sequence[Change]) -> Iterator[_Alike]:
    """The changes of one flow: an example of each kind, the elements that change so, and the forms in which they do."""
    forms: dict[tuple[str, tuple[str, ...], Judged | None, Judged | None], list[Change]] = {}
    for change in changes:
        forms.setdefault((change.element, change.fields, change.before, change.after), []).append(change)
    elements: dict[tuple[Any, ...], list[Change]] = {}
    for (_, fields, before, after), several in forms.items():
        key = (tuple(one.form for one in several), fields, before, after)
        elements.setdefault(key, []).append(several[0])
    for (in_forms, *_), several in elements.items():
        yield several[0], tuple(one.element for one in several), tuple(form for form in in_forms if form is not None)


def _change(first: Change, elements: Sequence[str], forms: Sequence[str], language: Language) -> Iterator[str]:
    named = ", ".join(elements[:LISTED])
    if len(elements) > LISTED:
        more = len(elements) - LISTED
        named += Text(f" 等 {len(elements)} 项", f" and {more} more").in_(language)
    inside = ", ".join(form_word(form, language) for form in forms)
    what = named + (f" ({inside})" if inside else "") + (f" [{', '.join(first.fields)}]" if first.fields else "")
    yield f"{_sign(first)} {what}: {_judged(first.before, language)} → {_judged(first.after, language)}"
    places = [one.position.to_line if one is not None and one.position else "" for one in (first.before, first.after)]
    if any(places):
        yield f"    {places[0] or '-'} → {places[1] or '-'}"


def _sign(change: Change) -> str:
    before, after = change.before, change.after
    if before is not None and after is not None and before.outcome is after.outcome:
        return "~"
    return "-" if change.looser else "+"


def _judged(judged: Judged | None, language: Language) -> str:
    if judged is None:
        return NOTHING.in_(language)
    return word(judged.outcome, language) + (f" {judged.rule}" if judged.rule else "")


def _finding(change: FindingChange, language: Language) -> str:
    finding = change.after or change.before
    if finding is None:
        raise AssertionError
    message = f"{finding.rule} {finding.message.in_(language)}"
    if change.before is None:
        return f"+ {word(finding.severity, language)} {message}"
    if change.after is None:
        return f"- {word(finding.severity, language)} {message}"
    sign = "-" if change.looser else "+"
    return f"{sign} {word(change.before.severity, language)} → {word(change.after.severity, language)} {message}"


def as_json(
    changes: Sequence[Change], edits: Sequence[Edit], findings: Sequence[FindingChange], language: Language
) -> str:
    """All changes as one JSON document (version 1)."""
    document = {
        "version": 1,
        "changes": [
            {
                "flow": change.flow,
                "element": change.element,
                "form": change.form,
                "fields": list(change.fields),
                "before": _wire(change.before),
                "after": _wire(change.after),
                "looser": change.looser,
            }
            for change in changes
        ],
        "lines": [
            {
                "section": edit.section,
                "line": edit.line,
                "before": edit.before.to_line if edit.before else None,
                "after": edit.after.to_line if edit.after else None,
                "looser": edit.looser,
            }
            for edit in edits
        ],
        "findings": [
            {
                "rule": finding.rule,
                "message": finding.message.in_(language),
                "before": change.before.severity.value if change.before else None,
                "after": change.after.severity.value if change.after else None,
                "looser": change.looser,
            }
            for change in findings
            if (finding := change.after or change.before) is not None
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _wire(judged: Judged | None) -> dict[str, str | None] | None:
    if judged is None:
        return None
    at = judged.position.to_line if judged.position else None
    return {"outcome": judged.outcome.value, "rule": judged.rule, "policy": at}
