"""Identifiers on a screen: the list, the facts of one, the matches of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from pii_audit.identifiers.model import Identifier
from pii_audit.language import Language
from pii_audit.model.evidence import Match
from pii_audit.render.table.line import Line


def facts(one: Identifier, language: Language) -> dict[str, Any]:
    """The facts of an identifier, for JSON."""
    return {
        "id": one.id,
        "title": one.title.in_(language),
        "groups": list(one.groups),
        "level": one.levels.as_dict(),
        "sensitive": sorted(one.sensitive),
        "validator": one.validator,
        "chance": one.chance,
        "patterns": [
            {"name": pattern.name, "regex": pattern.regex, "boundary": pattern.boundary} for pattern in one.patterns
        ],
        "column_only": one.column_only is not None,
        "context": list(one.context),
        "columns": {"zh": list(one.columns.zh), "en": list(one.columns.en), "pinyin": list(one.columns.pinyin)},
        "source": one.source,
        "match": [example.text for example in one.match],
        "no_match": [{"text": example.text, "why": example.why} for example in one.no_match],
    }


def print_list(identifiers: Sequence[Identifier], console: Console, language: Language) -> None:
    """One identifier a row."""
    zh = language == "zh"
    table = Table(box=None, pad_edge=False)
    for heading in (
        "ID",
        "名称" if zh else "name",
        "级别" if zh else "level",
        "分组" if zh else "groups",
        "校验" if zh else "check",
    ):
        table.add_column(heading, overflow="fold")
    for one in identifiers:
        table.add_row(
            one.id, one.title.in_(language), one.levels.jrt0171 or "-", ", ".join(one.groups), _check(one, zh=zh)
        )
    console.print(table)


def _check(one: Identifier, *, zh: bool) -> str:
    if one.validator:
        return one.validator
    return ("列名佐证" if zh else "by column name") if one.column_only or not one.patterns else "-"


def print_one(one: Identifier, console: Console, language: Language) -> None:
    """Everything that is known of an identifier."""
    zh = language == "zh"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("ID", one.id)
    table.add_row("名称" if zh else "name", one.title.in_(language))
    table.add_row(
        "级别" if zh else "level", ", ".join(f"{name} {value}" for name, value in one.levels.as_dict().items()) or "-"
    )
    table.add_row("敏感" if zh else "sensitive", ", ".join(sorted(one.sensitive)) or "-")
    table.add_row("分组" if zh else "groups", ", ".join(one.groups))
    table.add_row("依据" if zh else "source", one.source)
    chance = (
        f"{one.validator} ({'偶然通过率' if zh else 'passes by chance'} {one.chance:.1%})" if one.validator else "-"
    )
    table.add_row("校验" if zh else "check", chance)
    for pattern in one.patterns:
        table.add_row("模式" if zh else "pattern", Line(f"{pattern.name}: {pattern.regex}  [{pattern.boundary}]"))
    table.add_row("列名" if zh else "columns", ", ".join((*one.columns.zh, *one.columns.en, *one.columns.pinyin)))
    table.add_row("语境" if zh else "context", ", ".join(one.context) or "-")
    for example in one.match:
        table.add_row("匹配" if zh else "match", Line(example.text + (f"  ({example.why})" if example.why else "")))
    for example in one.no_match:
        table.add_row(
            "不匹配" if zh else "no match", Line(example.text + (f"  ({example.why})" if example.why else ""))
        )
    console.print(table)


def print_matches(found: Sequence[tuple[Match, str]], console: Console, language: Language) -> None:
    """The matches of a trial, masked."""
    zh = language == "zh"
    if not found:
        console.print("没有识别到标识符" if zh else "no identifier found")
        return
    table = Table(box=None, pad_edge=False)
    for heading in (
        "位置" if zh else "where",
        "标识符" if zh else "identifier",
        "分数" if zh else "score",
        "形式" if zh else "form",
        "内容" if zh else "value",
    ):
        table.add_column(heading)
    for match, masked in found:
        table.add_row(
            f"{match.start}-{match.end}", match.identifier, f"{match.score:.2f}", str(match.form), Line(masked)
        )
    console.print(table)
