"""The access matrix on a terminal: the rights, then the gaps with what would close them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from pii_audit.language import Language, Text
from pii_audit.render.labels import word
from pii_audit.render.matrix.rights import Matrix, Right
from pii_audit.render.table.parts import (
    counted,
    heading,
    indented,
    joined,
    line,
    more,
    number,
    ruled,
    severity_line,
)

SHOWN = 40
"""Rights on the screen; all with -v, and in every other format."""
GAPS_SHOWN = 20
STATEMENTS_SHOWN = 5
_TITLES = (
    Text("主体", "Principal"),
    Text("对象", "Asset"),
    Text("级别", "Level"),
    Text("标识符", "Identifiers"),
    Text("人数", "People"),
    Text("权限", "Privilege"),
    Text("路径", "Path"),
)
_STYLES = {"C3": "bold red", "C2": "yellow"}


def render(matrix: Matrix, console: Console, language: Language, *, verbose: bool) -> None:
    """Draws the matrix, or what changed where it was compared."""
    if matrix.added is None:
        _rights(matrix.rights, console, language, verbose=verbose)
    else:
        for title, rights in (
            (Text("新增的权限", "Rights that are new"), matrix.added),
            (Text("不再有的权限", "Rights that are gone"), matrix.removed),
            (
                Text("范围变化的权限（现在）", "Rights that open something else now"),
                tuple(now for _, now in matrix.changed),
            ),
        ):
            console.print(heading(f"{title.in_(language)} ({number(len(rights))})"))
            if rights:
                _rights(rights, console, language, verbose=verbose)
        if matrix.not_compared:
            names = joined(matrix.not_compared, language)
            said = Text(
                f"未比较 {names}：两次运行中有一次没有读到其权限",
                f"not compared: {names}, whose rights one of the two runs did not read",
            )
            console.print(line((said.in_(language), "yellow")))
    _gaps(matrix, console, language, verbose=verbose)


def _rights(rights: Sequence[Right], console: Console, language: Language, *, verbose: bool) -> None:
    if not rights:
        said = Text("没有可归到个人信息的读取权", "no right leads to personal information")
        console.print(line((said.in_(language), "dim")))
        return
    table = ruled([title.in_(language) for title in _TITLES], whole=(2, 4, 5))
    shown = rights if verbose else rights[:SHOWN]
    for right in shown:
        privilege = f"{right.privilege}+" if right.grantable else right.privilege
        table.add_row(
            line((right.principal, "bold red" if right.everyone else "bold")),
            line((right.asset, "cyan")),
            line((right.level, _STYLES.get(right.level, "dim"))),
            line(joined(right.identifiers, language)),
            line(number(right.persons) if right.persons else ""),
            line(privilege),
            line(" ← ".join(right.path)),
        )
    console.print(table)
    if len(rights) > len(shown):
        console.print(more(len(rights) - len(shown), language))
    if any(right.grantable for right in shown):
        said = Text("+ 可转授", "+ may be passed on")
        console.print(line((said.in_(language), "dim")))


def _gaps(matrix: Matrix, console: Console, language: Language, *, verbose: bool) -> None:
    console.print()
    title = Text(
        f"访问缺口与违规（{number(len(matrix.gaps))}）",
        f"Access gaps and violations ({number(len(matrix.gaps))})",
    )
    console.print(heading(title.in_(language)))
    shown = matrix.gaps if verbose else matrix.gaps[:GAPS_SHOWN]
    for finding in shown:
        outcome = word(finding.outcome, language)
        console.print(
            line(
                severity_line(finding.severity, language),
                " ",
                (finding.rule, "bold"),
                f" {outcome}  ",
                finding.message.in_(language),
            )
        )
        statements = [str(one) for one in finding.evidence.get("close", ())]
        listed = statements if verbose else statements[:STATEMENTS_SHOWN]
        for statement in listed:
            console.print(indented(line((f"→ {statement}", "green")), 2))
        if len(statements) > len(listed):
            console.print(indented(more(len(statements) - len(listed), language), 2))
        losers = [str(one) for one in finding.evidence.get("principals", ())]
        if statements and losers:
            names = joined(losers[:STATEMENTS_SHOWN], language)
            total = finding.evidence.get("principals_total", len(losers))
            said = Text(
                f"执行后失去此权限：{names}（共 {total} 个主体）",
                f"will lose it: {names} ({counted(total, 'principal', 'principals')})",
            )
            console.print(indented(line((said.in_(language), "dim")), 2))
    if len(matrix.gaps) > len(shown):
        console.print(more(len(matrix.gaps) - len(shown), language))
