"""Pages of the documentation that are made from YAML: every rule, and every standard with what checks it.

`python -m pii_audit.render.pages docs` writes them; a test sees to it that they are current.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pii_audit.language import Language, Text
from pii_audit.policy.custom.inputs import ABOUTS, INPUTS
from pii_audit.rules.cases import load_cases
from pii_audit.rules.catalogue import STAGES, Rule, load_rules
from pii_audit.rules.standards import HOWS, Provision, Standard, load_standards
from pii_audit.workspace import packs

_STAGES = {
    "collect": Text("收集", "Collect"),
    "store": Text("保存", "Store"),
    "use": Text("使用", "Use"),
    "provide": Text("对外提供", "Provide"),
}
_HOWS = {
    "automatic": Text("自动", "automatic"),
    "semi_automatic": Text("半自动", "semi-automatic"),
    "manual": Text("人工", "manual"),
    "information": Text("说明", "for information"),
}
_FINDS = {
    "violation": Text("违规", "violation"),
    "gap": Text("缺口", "gap"),
    "nothing": Text("无发现", "nothing found"),
}
_ABOUTS = {
    "element": Text("数据流中的一个要素（about: element）", "an element of a flow (about: element)"),
    "flow": Text("整个数据流（about: flow）", "a flow as a whole (about: flow)"),
    "field": Text("资产中的一个字段（about: field）", "a field of an asset (about: field)"),
}


def rules_page(language: Language) -> str:
    """Every shipped rule: why, how to put it right, a bad and a good example, where it stands, and its cases."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(language)

    lines = [
        f"# {say('规则目录', 'The rules')}",
        "",
        say(
            "由 `policies/rules/` 生成（`make docs`），请勿手改。编号不变，可以写进例外、用例和台账。每条规则的用例都由测试运行；用例没有写日期的，按 2026-06-30 判断，没有写的来源有责任人并在境内。",
            "Made from `policies/rules/` by `make docs`; do not edit. Ids stay, and may be named in exceptions, cases and registers. The cases of every rule are run by the tests; one that names no day is judged on 2026-06-30, and a source of which it says nothing has an owner and lies in China.",
        ),
    ]
    for stage in STAGES:
        lines += ["", f"## {_STAGES[stage].in_(language)}"]
        for rule in load_rules().values():
            if rule.stage == stage:
                lines += _rule(rule, language, say)
    return "\n".join(lines) + "\n"


def _rule(rule: Rule, language: Language, say: Callable[[str, str], str]) -> Iterator[str]:
    facts = [f"{say('严重度', 'severity')} {rule.severity.value}"]
    facts += [f"{say('检查项', 'check')} {rule.check}"] if rule.check else []
    facts += [] if rule.exceptable else [say("不接受例外", "takes no exception")]
    yield from ("", f"### {rule.id} {rule.title.in_(language)}", "", " · ".join(facts), "")
    yield from (rule.why.in_(language), "")
    parts = (
        (say("整改", "Put it right"), rule.remediation),
        (say("反例", "Bad"), rule.bad),
        (say("正例", "Good"), rule.good),
    )
    for label, text in parts:
        yield f"- **{label}**: {text.in_(language)}"
    if rule.clauses:
        cited = say("、", "; ").join(clause.in_(language) for clause in rule.clauses)
        yield f"- **{say('依据', 'Basis')}**: {cited}"
    for case in load_cases().get(rule.id, ()):
        head = f"{say('用例', 'Case')}: {html.escape(case.title.in_(language))} → {_FINDS[case.finds].in_(language)}"
        yield from ("", f"<details><summary>{head}</summary>", "", "```yaml", case.written, "```", "", "</details>")


def standards_page(language: Language) -> str:
    """Every standard: how much of it is checked automatically, what a human adds, what only a human can do."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(language)

    lines = [
        f"# {say('标准覆盖情况', 'What is covered, standard by standard')}",
        "",
        say(
            "由 `policies/standards/` 生成（`make docs`），请勿手改。只有编号和内容都经原文核实的条款才写编号，其余写主题。",
            "Made from `policies/standards/` by `make docs`; do not edit. A clause is numbered where number and content were both read in the text, and named by its topic elsewhere.",
        ),
        "",
        say(
            "**自动**:程序可以得出结论。**半自动**:程序检查所登记的内容，“只有人能做”一栏由人判断。**人工**:由人判断；列有 MAN 规则的，由人在 attestations 中证明。",
            "**Automatic**: the program reaches a verdict. **Semi-automatic**: it checks what is on record, and a human judges what the last column says. **Manual**: a human judges it; where a MAN rule stands beside it, somebody vouches for it under `attestations`.",
        ),
        "",
    ]
    heads = [say("标准", "Standard"), *(_HOWS[how].in_(language) for how in HOWS)]
    lines += _table(heads, [_counts(one, language) for one in load_standards().values()])
    for name, standard in load_standards().items():
        pack = f"`pack:{name}`" if name in packs() else say("无策略包", "no pack")
        lines += ["", f"## {standard.instrument.title.in_(language)}", "", pack, ""]
        heads = [
            say("条款", "Provision"),
            say("要求", "What it asks"),
            say("方式", "How"),
            say("规则", "Rules"),
            say("只有人能做", "What only a human can"),
        ]
        lines += _table(heads, [_row(one, language) for one in standard.provisions])
    return "\n".join(lines) + "\n"


def _counts(standard: Standard, language: Language) -> list[str]:
    return [standard.instrument.title.in_(language), *(str(standard.count(how)) for how in HOWS)]


def _row(provision: Provision, language: Language) -> list[str]:
    return [
        provision.name.in_(language),
        provision.what.in_(language),
        _HOWS[provision.how].in_(language),
        ", ".join(provision.rules),
        provision.human.in_(language) if provision.human is not None else "",
    ]


def _table(heads: list[str], rows: list[list[str]]) -> Iterator[str]:
    for row in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def inputs_page(language: Language) -> str:
    """Every input of a custom rule, with its CEL type."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(language)

    lines = [
        f"# {say('自定义规则的输入', 'Inputs of custom rules')}",
        "",
        say("由程序生成（`make docs`），请勿手改。", "Made by `make docs`; do not edit."),
    ]
    heads = [say("输入", "Input"), say("CEL 类型", "CEL type"), say("含义", "Meaning")]
    for about in ABOUTS:
        rows = [[f"`{name}`", one.kind, one.meaning.in_(language)] for name, one in INPUTS[about].items()]
        lines += ["", f"## {_ABOUTS[about].in_(language)}", "", *_table(heads, rows)]
    return "\n".join(lines) + "\n"


PAGES: Mapping[str, Callable[[Language], str]] = {
    "rules": rules_page,
    "standards": standards_page,
    "rule-inputs": inputs_page,
}


def pages() -> Iterator[tuple[str, str]]:
    """The name and the text of every page, in English and in Chinese."""
    for name, page in PAGES.items():
        yield f"{name}.md", page("en")
        yield f"{name}.zh.md", page("zh")


def main(folder: str) -> None:
    """Writes all pages into a folder."""
    for name, text in pages():
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
