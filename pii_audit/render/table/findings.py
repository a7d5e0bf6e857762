"""Findings on a screen: what is wrong, where, on which proof, by which line, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console, Group, RenderableType

from pii_audit.findings.merging import OWNER
from pii_audit.language import Language, Text
from pii_audit.model.finding import SETTLED, Change, Finding, Status
from pii_audit.model.lifecycle import Tracked
from pii_audit.model.run import Run
from pii_audit.render.headings import DUE, FINDING, ID, RULE, SEVERITY, STATUS, WHERE
from pii_audit.render.labels import STAGES, form_word, stage_title, word
from pii_audit.render.table.line import Line
from pii_audit.render.table.parts import (
    ID_LENGTH,
    MORE,
    WIDE,
    beside,
    counted,
    heading,
    indented,
    joined,
    labelled,
    line,
    more,
    number,
    percent,
    ruled,
    severity_line,
)
from pii_audit.render.wire import worst_first

WHAT = Text("标识符", "Holds")
FIELDS = Text("字段", "Fields")
PROOF = Text("证据", "Proof")
POLICY = Text("策略", "Policy")
CLAUSES = Text("依据", "Clauses")
TODO = Text("整改", "To do")
SET_ASIDE = Text("不计入", "Set aside")

ABSENT = (Change.FIXED, Change.NOT_RECHECKED)
NAMES_SHOWN = 8
"""So many fields or samples of one finding are listed; the rest is counted."""
_ROOM_FOR_ALL = 140
"""Columns of a terminal from which on the table of findings breaks no words; below, each has its own lines."""


def print_findings(run: Run, console: Console, language: Language, *, verbose: bool = False) -> None:
    """What the run found, by stage and severity, then what people or policies set aside, and what it no longer shows."""
    current = [
        finding
        for finding in worst_first(run.findings)
        if finding.change not in ABSENT and finding.status not in SETTLED
    ]
    stages = [*STAGES, *sorted({finding.stage for finding in current} - set(STAGES))]
    for stage in stages:
        found = [finding for finding in current if finding.stage == stage]
        if found:
            console.print(heading(f"{stage_title(stage, language)} ({len(found)})"))
            for finding in found:
                console.print()
                console.print(_block(finding, language, wide=console.width >= WIDE, verbose=verbose))
            console.print()
    _print_set_aside(run, console, language)
    _print_absent(run, console, language, verbose=verbose)


def print_brief(run: Run, console: Console, language: Language) -> None:
    """The standing findings by stage, two lines each: what, and where."""
    for stage in STAGES:
        found = [finding for finding in worst_first(run.standing) if finding.stage == stage]
        if not found:
            continue
        console.print(heading(f"{stage_title(stage, language)} ({len(found)})"))
        for finding in found:
            console.print(
                line(
                    severity_line(finding.severity, language),
                    f" {finding.rule} ",
                    (finding.title.in_(language), "bold"),
                )
            )
            flow = f"{finding.flow}: " if finding.flow else ""
            console.print(indented(line((flow, "cyan"), finding.message.in_(language)), 2))
        console.print()


def print_finding(finding: Finding, console: Console, language: Language) -> None:
    """One finding with everything that is known of it."""
    console.print(_block(finding, language, wide=console.width >= WIDE, verbose=True))


def _block(finding: Finding, language: Language, *, wide: bool, verbose: bool) -> RenderableType:
    title = line((finding.title.in_(language), "bold"))
    message = line(finding.message.in_(language))
    facts = labelled(_facts(finding, language, verbose=verbose))
    if wide:
        return beside(_badges(finding, language), (title, message, facts))
    return Group(Line(" ").join(_badges(finding, language)), title, message, facts)


def _badges(finding: Finding, language: Language) -> list[Line]:
    badges = [
        line(severity_line(finding.severity, language), " ", (finding.rule, "bold")),
        line((finding.fingerprint[:ID_LENGTH], "dim")),
    ]
    if finding.change in (Change.NEW, Change.REOPENED):
        badges.append(line((word(finding.change, language), "magenta")))
    if finding.status is not Status.OPEN:
        badges.append(line((word(finding.status, language), "cyan")))
    return badges


def _facts(finding: Finding, language: Language, *, verbose: bool) -> Iterator[tuple[str, Line | None]]:
    yield WHERE.in_(language), line((" · ".join(_where(finding)), "cyan"))
    yield WHAT.in_(language), line(joined(finding.identifiers, language))
    fields = finding.evidence.get("fields")
    if isinstance(fields, list | tuple) and not finding.field:
        yield FIELDS.in_(language), line(_listed(fields, language, verbose=verbose))
    yield PROOF.in_(language), line(" · ".join(_proof(finding.evidence, language, verbose=verbose)))
    yield POLICY.in_(language), line(finding.policy.to_line) if finding.policy else None
    if verbose:
        yield CLAUSES.in_(language), line(joined((clause.in_(language) for clause in finding.clauses), language))
    yield TODO.in_(language), line((finding.remediation.in_(language), "green"))
    yield OWNER.in_(language), line(" · ".join(part for part in _owner(finding, language) if part))


def _where(finding: Finding) -> Iterator[str]:
    """The flow and its recipient, the asset and field, the principal, and what else the finding's identity names."""
    shown = [str(finding.location)] if finding.location and finding.location.line else []
    if finding.flow:
        shown.append(f"{finding.flow} -> {finding.recipient}" if finding.recipient else finding.flow)
    elif finding.recipient:
        shown.append(finding.recipient)
    shown.extend(part for part in (finding.asset, finding.field, finding.principal) if part)
    told = {*shown, finding.flow, finding.recipient, *finding.identifiers}
    shown.extend(part for part in finding.resource if part and part not in told)
    yield from shown or [finding.source or ""]


def _owner(finding: Finding, language: Language) -> Iterator[str]:
    yield finding.owner or ""
    yield finding.unit or ""
    yield Text(f"期限 {finding.due}", f"due {finding.due}").in_(language) if finding.due else ""


def _proof(evidence: Mapping[str, Any], language: Language, *, verbose: bool) -> Iterator[str]:
    """The figures and masked samples of the evidence, those that are there."""
    rows = evidence.get("rows_inspected", evidence.get("rows"))
    hits = evidence.get("hits")
    if isinstance(hits, int):
        of = f"/{number(rows)}" if isinstance(rows, int) else ""
        yield Text(f"{number(hits)}{of} 行", f"{number(hits)}{of} {'row' if hits == 1 and not of else 'rows'}").in_(
            language
        )
    prevalence = evidence.get("prevalence")
    if isinstance(prevalence, float | int):
        yield percent(prevalence)
    forms = evidence.get("forms")
    if isinstance(forms, Mapping):
        by_form = (f"{form_word(str(form), language)} {_figure(count)}" for form, count in forms.items())
        yield joined(by_form, language)
    elif isinstance(forms, list | tuple | set | frozenset):
        yield joined(sorted(form_word(str(form), language) for form in forms), language)
    persons = evidence.get("persons")
    # None that could be told apart is no count of people.
    if isinstance(persons, int) and persons:
        yield Text(f"约 {number(persons)} 人", f"about {counted(persons, 'person', 'people')}").in_(language)
    samples = evidence.get("samples")
    if isinstance(samples, list | tuple) and samples:
        yield _listed(samples, language, verbose=verbose)


def _figure(value: object) -> str:
    return number(value) if isinstance(value, int) else str(value)


def _listed(names: Sequence[object], language: Language, *, verbose: bool) -> str:
    shown = names if verbose else names[:NAMES_SHOWN]
    rest = len(names) - len(shown)
    text = joined((str(name) for name in shown), language)
    return text if not rest else text + Text(f" 等 {len(names)} 个", f" and {rest} more").in_(language)


def _print_set_aside(run: Run, console: Console, language: Language) -> None:
    """What does not count, each with who agreed and why: an exclusion that nobody sees is forgotten."""
    decided = [
        one for one in worst_first(run.findings) if one.change not in ABSENT and one.status in SETTLED and one.decision
    ]
    excepted = [(one.finding, one.exception) for one in run.suppressed]
    shown = [*((one, set_aside(one, language)) for one in decided), *excepted]
    if not shown:
        return
    console.print(heading(f"{SET_ASIDE.in_(language)} ({len(shown)})"))
    for finding, why in shown:
        console.print(_one_line(finding, language, counts=False))
        console.print(indented(line((why, "dim")), 2))
    console.print()


def set_aside(finding: Finding, language: Language) -> str:
    """Why a finding does not count, who agreed, and until when."""
    decision = finding.decision
    if decision is None:
        return finding.suppressed_by or ""
    until = Text(f"，至 {decision.until}", f", until {decision.until}").in_(language) if decision.until else ""
    return f"{word(finding.status, language)}: {decision.reason} ({decision.approver}{until})"


def _print_absent(run: Run, console: Console, language: Language, *, verbose: bool) -> None:
    standing = set(map(id, run.standing))
    absent = {change: [one for one in worst_first(run.findings) if one.change is change] for change in ABSENT}
    unlooked = [one for one in absent[Change.NOT_RECHECKED] if verbose or id(one) in standing]
    for change, listed in ((Change.FIXED, absent[Change.FIXED]), (Change.NOT_RECHECKED, unlooked)):
        if not absent[change]:
            continue
        console.print(heading(f"{word(change, language)} ({len(absent[change])})"))
        shown = listed if verbose else listed[:MORE]
        for finding in shown:
            console.print(_one_line(finding, language, counts=change is not Change.FIXED and id(finding) in standing))
        if len(absent[change]) > len(shown):
            console.print(more(len(absent[change]) - len(shown), language))
        console.print()


def _one_line(finding: Finding, language: Language, *, counts: bool) -> Line:
    made = line(
        severity_line(finding.severity, language),
        f" {finding.rule} ",
        (finding.fingerprint[:ID_LENGTH], "dim"),
        f" {finding.title.in_(language)} ",
        (" · ".join(_where(finding)), "cyan"),
    )
    if counts:
        made.append_text(line((Text("（仍计入）", " (still counts)").in_(language), "yellow")))
    return made


def status_line(finding: Finding, language: Language, today: date) -> Line:
    """The status, with what hurries: overdue, come back."""
    made = line(word(finding.status, language))
    if finding.is_overdue(today):
        made.append_text(line((Text(" 逾期", " overdue").in_(language), "bold red")))
    if finding.returns:
        times = number(finding.returns)
        made.append_text(line((Text(f" 复发 {times} 次", f" came back {times}x").in_(language), "magenta")))
    return made


def print_tracked(tracked: Sequence[Tracked], console: Console, language: Language, today: date) -> None:
    """`findings list`: one finding a row, in the order given."""
    if not tracked:
        console.print(line(Text("没有符合条件的问题", "no such findings").in_(language)))
        return
    if console.width >= _ROOM_FOR_ALL:
        _print_tracked_wide(tracked, console, language, today)
        return
    for each in tracked:
        finding = each.finding
        badges = [
            line((finding.fingerprint[:ID_LENGTH], "bold")),
            line(severity_line(finding.severity, language)),
            line(finding.rule),
            status_line(finding, language, today),
            line((_seen(each).in_(language), "dim")),
        ]
        console.print(Line(" ").join(badges))
        where = (" · ".join(_where(finding)), "cyan")
        console.print(indented(line(finding.title.in_(language), " · ", where), 2))
        if whose := " · ".join(part for part in _owner(finding, language) if part):
            console.print(indented(line((whose, "dim")), 2))


def _seen(tracked: Tracked) -> Text:
    first, last = f"{tracked.first_seen:%Y-%m-%d}", f"{tracked.last_seen:%Y-%m-%d}"
    if first == last:
        return Text(f"发现于 {first}", f"seen {first}")
    return Text(f"{first} 首次发现，{last} 最近发现", f"seen {first} to {last}")


def _print_tracked_wide(tracked: Sequence[Tracked], console: Console, language: Language, today: date) -> None:
    titles = (
        ID,
        SEVERITY,
        STATUS,
        RULE,
        FINDING,
        WHERE,
        OWNER,
        DUE,
        Text("首次/最近发现", "First, last seen"),
    )
    table = ruled([title.in_(language) for title in titles], whole=(0, 1, 3, 7))
    for each in tracked:
        finding = each.finding
        table.add_row(
            line((finding.fingerprint[:ID_LENGTH], "bold")),
            line(severity_line(finding.severity, language)),
            status_line(finding, language, today),
            line(finding.rule),
            line(finding.title.in_(language)),
            line((" · ".join(_where(finding)), "cyan")),
            line(" · ".join(part for part in (finding.owner, finding.unit) if part)),
            line(finding.due.isoformat() if finding.due else ""),
            line(f"{each.first_seen:%Y-%m-%d} {each.last_seen:%Y-%m-%d}"),
        )
    console.print(table)
