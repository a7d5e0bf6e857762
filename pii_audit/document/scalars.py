"""Single values: text, dates, numbers, periods, words of one shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from pii_audit.document.reader import Node, Reader, Spec
from pii_audit.document.wording import empty, expected
from pii_audit.language import Text


@dataclass(frozen=True)
class Scalar(Spec):
    """A single value; `convert` gets the text as written and raises ValueError when it will not do."""

    what: Text
    convert: Callable[[str], Any]
    json_schema: Mapping[str, Any]
    quoted: bool = True

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.ScalarNode) or empty(node) or (node.style in ("'", '"') and not self.quoted):
            return reader.wrong(node, expected(self.what, node))
        if "\0" in node.value:  # as an escape in quotes; no file, no name and no pattern has one
            return reader.wrong(node, Text("不允许的控制字符 U+0000", "control character U+0000 is not allowed"))
        try:
            return self.convert(node.value)
        except ValueError as error:
            problem = error.args[0] if error.args and isinstance(error.args[0], Text) else expected(self.what, node)
            return reader.wrong(node, problem)

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(Text(f"日历上没有 {text} 这一天", f"{text} is not a date of the calendar")) from None


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text.replace("_", "")):
        raise ValueError
    return int(text.replace("_", ""))


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


STRING = Scalar(Text("文本", "text"), str, {"type": "string"})
DATE = Scalar(Text("日期（YYYY-MM-DD）", "a date (YYYY-MM-DD)"), _date, {"type": "string", "format": "date"})
INTEGER = Scalar(Text("整数", "a whole number"), _integer, {"type": "integer"}, quoted=False)
BOOLEAN = Scalar(Text("true 或 false", "true or false"), _boolean, {"type": "boolean"}, quoted=False)


@dataclass(frozen=True)
class Period:
    """A calendar period, written `10y`, `6m`, `90d`."""

    count: int
    unit: str

    def before(self, day: date) -> date:
        """The day that lies this period before another."""
        if self.unit == "d":
            return date.fromordinal(max(1, day.toordinal() - self.count))
        months = self.count * (12 if self.unit == "y" else 1)
        index = max(12, day.year * 12 + day.month - 1 - months)
        year, month = divmod(index, 12)
        for last in (day.day, 30, 29, 28):
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
        raise AssertionError

    @property
    def days(self) -> float:
        """About how long it is, to tell which of two is the longer."""
        return self.count * {"d": 1, "m": 30.4375, "y": 365.25}[self.unit]

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def _period(text: str) -> Period:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dmy])", text)
    if not found:
        raise ValueError
    return Period(int(found[1]), found[2])


PERIOD = Scalar(
    Text("期限，例如 10y、6m、90d", "a period such as 10y, 6m or 90d"),
    _period,
    {"type": "string", "pattern": "^[1-9][0-9]{0,4}[dmy]$"},
)


_NOTHING = frozenset(
    {
        *(
            "none",
            "no",
            "nil",
            "null",
            "na",
            "false",
            "off",
            "tbd",
            "tba",
            "tbc",
            "todo",
            "pending",
            "unknown",
            "missing",
        ),
        *("无", "没有", "暂无", "否", "空", "待定", "待补", "待补充", "待签", "待办", "未定", "未知", "不详", "不适用"),
    }
)
"""How forms are filled in where there is nothing to say, without spaces and punctuation."""


def _reference(text: str) -> str:
    said = "".join(filter(str.isalnum, text.casefold()))
    if not text.strip():
        raise ValueError
    # An ellipsis is what an example leaves out, and no answer.
    if said in _NOTHING or not text.strip(" -–—?？/."):
        raise ValueError(
            Text(f"“{text}” 不是凭据；没有时不写这一项", f'"{text}" proves nothing: leave it out where there is none')
        )
    return text


PROOF = Scalar(Text("编号、名称或方式", "a number, name or method"), _reference, {"type": "string", "minLength": 1})
"""What is taken for proof because it is there: a contract's number, an officer's name, who approved. `none`, `TBD` and `待定` are no such thing."""


def number(low: float, high: float) -> Scalar:
    """A number between two bounds, both allowed."""

    def convert(text: str) -> float:
        value = float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?", text) else None
        if value is None or not low <= value <= high:
            raise ValueError
        return value

    what = Text(f"{low} 到 {high} 之间的数", f"a number from {low} to {high}")
    return Scalar(what, convert, {"type": "number", "minimum": low, "maximum": high}, quoted=False)


def whole(low: int) -> Scalar:
    """A whole number, at least `low`."""

    def convert(text: str) -> int:
        value = _integer(text)
        if value < low:
            raise ValueError
        return value

    what = Text(f"不小于 {low} 的整数", f"a whole number, at least {low}")
    return Scalar(what, convert, {"type": "integer", "minimum": low}, quoted=False)


def word(what: Text, pattern: str) -> Scalar:
    """Text of one shape."""
    compiled = re.compile(pattern)

    def convert(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return Scalar(what, convert, {"type": "string", "pattern": f"^(?:{pattern})$"})


ID = word(Text("标识（字母、数字、. _ -）", "an id (letters, digits, . _ -)"), r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
