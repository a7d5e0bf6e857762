"""What is wrong with custom rules: ids that are taken, expressions that do not compile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pii_audit.document import Reader, Section, unknown
from pii_audit.language import Text
from pii_audit.policy.custom.evaluator import NoAnswerError, shared
from pii_audit.policy.custom.inputs import INPUTS, variables
from pii_audit.policy.rule_ids import exceptable_rules

_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_PLACE = re.compile(r"<input>:([0-9]+):([0-9]+): ")


def check_rules(rules: Mapping[str, Any], reader: Reader) -> None:
    """Notes the problems of these rules (id → an entry with `stated`: section and position)."""
    taken = {rule[:3] for rule in exceptable_rules()}
    for name, entry in rules.items():
        section, position = entry.stated
        if name[:3] in taken:
            said = Text(
                f"{name[:3]} 开头的编号留给随附的规则", f"ids that begin with {name[:3]} are those of the shipped rules"
            )
            reader.note(position, said)
        if "about" in section and "when" in section:
            _check_expression(section, reader)


def _check_expression(section: Section, reader: Reader) -> None:
    at = section.at("when")
    try:
        wrong = shared().compile(section["when"], variables(section["about"]))
    except NoAnswerError as error:
        todo = error.todo or Text("", "")
        reader.note(at, Text(f"{error.what.zh}。{todo.zh}", f"{error.what.en}; {todo.en}"))
        return
    if wrong is None:
        return
    undeclared = _UNDECLARED.search(wrong)
    if undeclared:
        reader.note(at, unknown(Text("输入", "input"), undeclared[1], INPUTS[section["about"]]))
        return
    first = wrong.splitlines()[0]
    place = _PLACE.search(first)
    where = Text(f"第 {place[2]} 个字符：", f"at character {place[2]}: ") if place else Text("", "")
    said = re.sub(r"^.*?ERROR: (<input>:[0-9]+:[0-9]+: )?", "", first)
    reader.note(at, Text(f"表达式有误：{where.zh}{said}", f"the expression is wrong: {where.en}{said}"))
