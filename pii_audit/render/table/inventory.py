"""Where personal information is: asset by asset, field by field, with what the count proves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from pii_audit.language import Language, Text
from pii_audit.model.asset import AssetKind
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FieldEvidence
from pii_audit.model.run import Inspected
from pii_audit.render.labels import word
from pii_audit.render.table.line import Line
from pii_audit.render.table.parts import WIDE, at_most, counted, indented, line, number, percent, ruled

TRACED = Text("未运行，按血缘得出", "traced, not run")
FREE_TEXT = Text("（文本）", "(text)")


def print_inventory(
    inspected: Sequence[Inspected], console: Console, language: Language, *, verbose: bool = False
) -> None:
    """Assets that hold personal information, then how many do not; with `verbose`, why each field was judged so."""
    holding = [item for item in inspected if item.fields]
    for item in holding:
        console.print(_title(item, language))
        if console.width >= WIDE:
            _print_wide(item, console, language, verbose=verbose)
        else:
            _print_narrow(item, console, language, verbose=verbose)
        console.print()
    clean = len(inspected) - len(holding)
    if clean or not inspected:
        said = Text(
            f"{number(clean)} 个资产未发现个人金融信息",
            f"{counted(clean, 'asset', 'assets')} without personal information",
        )
        console.print(line((said.in_(language), "dim")))


def _title(item: Inspected, language: Language) -> Line:
    persons = len(item.persons)
    rows = item.coverage.rows if item.coverage.rows is not None else item.tally.rows
    traced = item.asset.kind is AssetKind.QUERY
    extent = TRACED.in_(language) if traced else _extent(item.coverage, rows, language)
    parts = [word(item.asset.kind, language), extent]
    if persons:
        parts.append(Text(f"约 {number(persons)} 人", f"about {counted(persons, 'person', 'people')}").in_(language))
    return line((item.asset.id.removeprefix(":"), "bold cyan"), "  ", (" · ".join(parts), "dim"))


def _extent(coverage: Coverage, rows: int, language: Language) -> str:
    if coverage.status is CoverageStatus.SAMPLED and coverage.total is not None:
        said = Text(
            f"抽样 {number(rows)}/{number(coverage.total)} 行",
            f"sampled {number(rows)} of {number(coverage.total)} rows",
        )
    elif coverage.status is CoverageStatus.INSPECTED and not rows:
        said = Text("全量检查", "inspected")
    else:
        status = word(coverage.status, language)
        said = Text(f"{status} {number(rows)} 行", f"{status} {counted(rows, 'row', 'rows')}")
    return said.in_(language)


def _print_wide(item: Inspected, console: Console, language: Language, *, verbose: bool) -> None:
    titles = (
        Text("字段", "Field"),
        Text("标识符", "Identifier"),
        Text("形式", "Form"),
        Text("级别", "Level"),
        Text("置信度", "Confidence"),
        Text("命中/行", "Hits/rows"),
        Text("占比", "Prevalence"),
        Text("人数", "People"),
    )
    table = ruled([title.in_(language) for title in titles], whole=(2, 3, 4, 5, 7))
    for field in item.fields:
        table.add_row(
            line(_name(field, language)),
            line(_identifier(field)),
            line(word(field.form, language)),
            line((field.level.jrt0171 or "", _level_style(field))),
            line(f"{field.confidence:.2f}"),
            line(f"{number(field.hits)}/{number(field.rows_inspected)}"),
            line(_prevalence(item, field, language)),
            line(number(field.persons) if field.persons else ""),
        )
    console.print(indented(table, 2))
    if verbose:
        for field in item.fields:
            console.print(indented(line(_name(field, language), " ", (_identifier(field), "bold")), 2))
            for reason in field.why:
                console.print(indented(line((str(reason), "dim")), 4))


def _print_narrow(item: Inspected, console: Console, language: Language, *, verbose: bool) -> None:
    for field in item.fields:
        level = (f" {field.level.jrt0171}" if field.level.jrt0171 else "", _level_style(field))
        console.print(line("  ", (_name(field, language), "bold"), "  ", _identifier(field), level))
        facts = " · ".join(_facts(item, field, language))
        console.print(indented(line(facts), 4))
        for reason in field.why if verbose else ():
            console.print(indented(line((str(reason), "dim")), 4))


def _facts(item: Inspected, field: FieldEvidence, language: Language) -> Iterator[str]:
    yield word(field.form, language)
    yield Text(f"置信度 {field.confidence:.2f}", f"confidence {field.confidence:.2f}").in_(language)
    yield f"{number(field.hits)}/{number(field.rows_inspected)}"
    yield _prevalence(item, field, language)
    if field.persons:
        yield Text(f"约 {number(field.persons)} 人", f"about {counted(field.persons, 'person', 'people')}").in_(
            language
        )


def _name(field: FieldEvidence, language: Language) -> str:
    return field.field if field.field is not None else FREE_TEXT.in_(language)


def _identifier(field: FieldEvidence) -> str:
    return field.identifier if field.subject == "customer" else f"{field.identifier}@{field.subject}"


def _level_style(field: FieldEvidence) -> str:
    return {"C3": "bold red", "C2": "yellow"}.get(field.level.jrt0171 or "", "dim")


def _prevalence(item: Inspected, field: FieldEvidence, language: Language) -> str:
    share = percent(field.prevalence)
    if item.coverage.status is not CoverageStatus.SAMPLED:
        return share
    total = item.coverage.total if item.coverage.total is not None else item.asset.rows
    bound = at_most(field.bound, total, language)
    return f"{share}，{bound}" if language == "zh" else f"{share}, {bound}"
