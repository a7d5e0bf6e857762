"""YAML that people write: read with positions, typed by a schema, every problem reported at once.

A `Spec` describes one value. It reads a YAML node into plain Python data and renders itself as JSON Schema
(draft 2020-12).
YAML 1.1's guesses do not apply: a scalar is what the schema says it is (`NO` is Norway, `0123` keeps its zero).
"""

from __future__ import annotations

import codecs
import difflib
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pii_audit.errors import ConfigurationError, Position, Problem
from pii_audit.language import Text, same

MAX_BYTES = 64 * 1024 * 1024
ALIAS_FACTOR = 10
"""A document may be visited this many times its own size (plus a floor); past that its aliases are a bomb."""
ALIAS_FLOOR = 100_000
MAX_DEPTH = 50
SURELY_SHALLOW = 500
"""With no more brackets and line width than this, a document cannot nest deeply enough to exhaust libyaml's stack."""

Node = yaml.Node


class Section(dict[str, Any]):
    """A mapping as read: its values, its own position, and the position of each key and value."""

    def __init__(self, position: Position) -> None:
        super().__init__()
        self.position = position
        self.positions: dict[str, Position] = {}

    def at(self, key: str) -> Position:
        """Where that key's value stands; the mapping's own position when the key is absent."""
        return self.positions.get(key, self.position)


class Items(list[Any]):
    """A sequence as read, with the position of each item."""

    def __init__(self, position: Position) -> None:
        super().__init__()
        self.position = position
        self.positions: list[Position] = []


class Missing:
    """What a spec reads from a node that is wrong: the problem is already noted."""


MISSING = Missing()


@dataclass
class Reader:
    """One reading of one or more files; collects what is wrong with them."""

    problems: list[Problem] = field(default_factory=list)
    _file: str = ""
    _budget: int = 0
    _open: list[int] = field(default_factory=list)

    def read(self, path: Path, spec: Spec, *, shown_as: str | None = None) -> Any:
        """The value of a file under a spec, or MISSING; what is wrong stands in `problems`."""
        shown = shown_as or str(path)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self.note(Position(shown), Text("不是普通文件", "not a regular file"))
                return MISSING
            if status.st_size > MAX_BYTES:
                self.note(
                    Position(shown),
                    Text("文件超过 64 MB,不像是人写的配置", "larger than 64 MB, not a file that a person wrote"),
                )
                return MISSING
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.note(Position(shown), Text(f"无法读取:{reason}", f"cannot be read: {reason}"))
            return MISSING
        return self.read_bytes(content, spec, shown_as=shown)

    def read_bytes(self, content: bytes, spec: Spec, *, shown_as: str) -> Any:
        """The same for content at hand."""
        content = content.removeprefix(codecs.BOM_UTF8)
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            position = _after(content[: error.start], shown_as)
            self.note(position, Text("不是 UTF-8 编码,请另存为 UTF-8", "not UTF-8; save the file as UTF-8"))
            return MISSING
        self._file = shown_as
        try:
            deep = _too_deep(text, shown_as)
            if deep is not None:
                self.note(deep, Text("嵌套过深", "nested too deeply"))
                return MISSING
            root = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.reader.ReaderError as error:
            code = f"U+{error.character:04X}"
            position = _after(content[: error.position], shown_as)
            self.note(position, Text(f"不允许的控制字符 {code}", f"control character {code} is not allowed"))
            return MISSING
        except yaml.MarkedYAMLError as error:
            position = _mark(error.problem_mark or error.context_mark, shown_as)
            said = error.problem or "invalid YAML"
            self.note(position, Text(f"YAML 语法错误:{said}", f"YAML syntax: {said}"))
            return MISSING
        if root is None:
            self.note(Position(shown_as, 1, 1), Text("文件是空的", "the file is empty"))
            return MISSING
        self._budget = ALIAS_FLOOR + ALIAS_FACTOR * (text.count("\n") + text.count(",") + 1)
        self._open = []
        return self.value(root, spec)

    def value(self, node: Node, spec: Spec) -> Any:
        """The value of one node, guarded against aliases that loop or explode."""
        self._budget -= 1
        if self._budget < 0:
            if self._budget == -1:
                self.note(self.position(node), Text("别名展开过大", "aliases expand to too much"))
            return MISSING
        if id(node) in self._open:
            self.note(self.position(node), Text("别名指向自身", "an alias that contains itself"))
            return MISSING
        if len(self._open) > MAX_DEPTH:
            self.note(self.position(node), Text("嵌套过深", "nested too deeply"))
            return MISSING
        self._open.append(id(node))
        try:
            return spec.read(node, self)
        finally:
            self._open.pop()

    def position(self, node: Node) -> Position:
        """Where a node begins."""
        return Position(self._file, node.start_mark.line + 1, node.start_mark.column + 1)

    def note(self, position: Position, message: Text) -> None:
        """Records a problem."""
        self.problems.append(Problem(position, message))

    def wrong(self, node: Node, message: Text) -> Missing:
        """Records a problem at a node; gives MISSING."""
        self.note(self.position(node), message)
        return MISSING

    def raise_problems(self) -> None:
        """Raises ConfigurationError with all problems, if there are any."""
        if self.problems:
            raise ConfigurationError(self.problems)


def _after(good: bytes, file: str) -> Position:
    text = good.decode(errors="ignore")
    return Position(file, text.count("\n") + 1, len(text) - text.rfind("\n"))


def _mark(mark: Any, file: str) -> Position:
    # PyYAML's own marks and those of libyaml have no class in common.
    return Position(file, mark.line + 1, mark.column + 1) if mark else Position(file)


def _too_deep(text: str, file: str) -> Position | None:
    """Where a document nests past MAX_DEPTH. Composing recurses in C, and 100,000 brackets would end the process."""
    if text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0) <= SURELY_SHALLOW:
        return None
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return _mark(event.start_mark, file)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def quoted(text: str, limit: int = 40) -> str:
    """What a file says, fit for a one-line diagnostic: short, and without control characters."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def suggestion(word: str, known: Iterable[str]) -> Text:
    """`; did you mean "x"?`, or nothing when no known word is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Text(f",是否指 “{close[0]}”?", f'; did you mean "{close[0]}"?') if close else same("")


def unknown(kind: Text, word: str, known: Iterable[str]) -> Text:
    """`unknown <kind> "word"` with a suggestion."""
    hint = suggestion(word, known)
    said = quoted(word)
    return Text(f"未知的{kind.zh} “{said}”{hint.zh}", f'unknown {kind.en} "{said}"{hint.en}')


def _kind(node: Node) -> Text:
    if isinstance(node, yaml.MappingNode):
        return Text("映射", "a mapping")
    if isinstance(node, yaml.SequenceNode):
        return Text("列表", "a list")
    return Text("标量", "a scalar")


def _expected(what: Text, node: Node) -> Text:
    got = _kind(node)
    if isinstance(node, yaml.ScalarNode):
        got = Text("空值", "nothing") if _empty(node) else same(f'"{quoted(node.value)}"')
    return Text(f"应为{what.zh},实为{got.zh}", f"expected {what.en}, got {got.en}")


def _empty(node: Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")


class Spec:
    """How one value is written; subclasses say what it reads to."""

    def read(self, node: Node, reader: Reader) -> Any:
        """The value of the node, or MISSING after noting what is wrong with it."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scalar(Spec):
    """A single value; `convert` gets the text as written and raises ValueError when it will not do."""

    what: Text
    convert: Callable[[str], Any]
    json_schema: Mapping[str, Any]
    quoted: bool = True

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.ScalarNode) or _empty(node) or (node.style in ("'", '"') and not self.quoted):
            return reader.wrong(node, _expected(self.what, node))
        try:
            return self.convert(node.value)
        except ValueError as error:
            problem = error.args[0] if error.args and isinstance(error.args[0], Text) else _expected(self.what, node)
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
DATE = Scalar(Text("日期(YYYY-MM-DD)", "a date (YYYY-MM-DD)"), _date, {"type": "string", "format": "date"})
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

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def _period(text: str) -> Period:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dmy])", text)
    if not found:
        raise ValueError
    return Period(int(found[1]), found[2])


PERIOD = Scalar(
    Text("期限,例如 10y、6m、90d", "a period such as 10y, 6m or 90d"),
    _period,
    {"type": "string", "pattern": "^[1-9][0-9]{0,4}[dmy]$"},
)


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


ID = word(Text("标识(字母、数字、. _ -)", "an id (letters, digits, . _ -)"), r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Choice(Spec):
    """One of a few words."""

    words: Sequence[str]

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return reader.wrong(node, _expected(same(" | ".join(self.words)), node))
        if node.value not in self.words:
            hint = suggestion(node.value, self.words)
            said, expected = quoted(node.value), " | ".join(self.words)
            return reader.wrong(
                node,
                Text(f"“{said}” 不是 {expected}{hint.zh}", f'"{said}" is not one of {expected}{hint.en}'),
            )
        return node.value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class ListOf(Spec):
    """A list of values of one kind; with `or_single`, one value may stand without its list."""

    item: Spec
    at_least: int = 0
    or_single: bool = False

    def read(self, node: Node, reader: Reader) -> Any:
        items = Items(reader.position(node))
        if not isinstance(node, yaml.SequenceNode):
            if not self.or_single:
                return reader.wrong(node, _expected(Text("列表", "a list"), node))
            single = self.item.read(node, reader)
            if single is not MISSING:
                items.append(single)
                items.positions.append(items.position)
            return items
        nodes = node.value
        if len(nodes) < self.at_least:
            return reader.wrong(node, Text(f"至少要有 {self.at_least} 项", f"needs at least {self.at_least} item(s)"))
        for below in nodes:
            value = reader.value(below, self.item)
            if value is not MISSING:
                items.append(value)
                items.positions.append(reader.position(below))
        return items

    def schema(self) -> dict[str, Any]:
        array: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.at_least:
            array["minItems"] = self.at_least
        return {"anyOf": [array, self.item.schema()]} if self.or_single else array


def _pairs(node: Node, reader: Reader) -> Iterator[tuple[str, yaml.ScalarNode, Node]]:
    seen: dict[str, Position] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            reader.note(reader.position(key), Text("键必须是文本", "a key must be text"))
            continue
        if key.value in seen:
            first, said = seen[key.value].line, quoted(key.value)
            reader.note(
                reader.position(key),
                Text(
                    f"键 “{said}” 重复(首次在第 {first} 行)",
                    f'duplicate key "{said}" (first in line {first})',
                ),
            )
            continue
        seen[key.value] = reader.position(key)
        yield key.value, key, value


@dataclass(frozen=True)
class MapOf(Spec):
    """A mapping from keys of one kind to values of one kind."""

    value: Spec
    key: Scalar = ID

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reader.wrong(node, _expected(Text("映射", "a mapping"), node))
        section = Section(reader.position(node))
        for name, key, below in _pairs(node, reader):
            if reader.value(key, self.key) is MISSING:
                continue
            value = reader.value(below, self.value)
            section.positions[name] = reader.position(key)
            if value is not MISSING:
                section[name] = value
        return section

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": self.key.schema(), "additionalProperties": self.value.schema()}


@dataclass(frozen=True)
class Record(Spec):
    """A mapping with fixed keys; unknown and duplicate ones are refused, absent optional ones stay absent."""

    fields: Mapping[str, Spec]
    required: Sequence[str] = ()
    what: Text = Text("映射", "a mapping")

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reader.wrong(node, _expected(self.what, node))
        section = Section(reader.position(node))
        for name, key, below in _pairs(node, reader):
            spec = self.fields.get(name)
            if spec is None:
                reader.note(reader.position(key), unknown(Text("键", "key"), name, self.fields))
                continue
            section.positions[name] = reader.position(key)
            value = reader.value(below, spec)
            if value is not MISSING:
                section[name] = value
        for name in self.required:
            if name not in section.positions:
                reader.note(section.position, Text(f"缺少键 “{name}”", f'missing key "{name}"'))
        return section

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: spec.schema() for name, spec in self.fields.items()},
            "additionalProperties": False,
        }
        if self.required:
            schema["required"] = list(self.required)
        return schema


@dataclass(frozen=True)
class Either(Spec):
    """One of several kinds, told apart by the node: scalar, list or mapping; an absent kind is refused."""

    scalar: Spec | None = None
    sequence: Spec | None = None
    mapping: Spec | None = None

    def read(self, node: Node, reader: Reader) -> Any:
        spec = self.scalar
        if isinstance(node, yaml.SequenceNode):
            spec = self.sequence
        elif isinstance(node, yaml.MappingNode):
            spec = self.mapping
        return (spec or self._any()).read(node, reader)

    def _any(self) -> Spec:
        return next(spec for spec in (self.scalar, self.mapping, self.sequence) if spec is not None)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [spec.schema() for spec in (self.scalar, self.sequence, self.mapping) if spec is not None]}


@dataclass(frozen=True)
class _Title(Spec):
    def read(self, node: Node, reader: Reader) -> Any:
        value = Either(scalar=STRING, mapping=Record({"zh": STRING, "en": STRING}, ("zh", "en"))).read(node, reader)
        if isinstance(value, Section):
            return Text(value["zh"], value["en"]) if "zh" in value and "en" in value else MISSING
        return same(value) if isinstance(value, str) else MISSING

    def schema(self) -> dict[str, Any]:
        return Either(scalar=STRING, mapping=Record({"zh": STRING, "en": STRING}, ("zh", "en"))).schema()


TITLE = _Title()
"""`{zh: …, en: …}` or one text for both."""


@dataclass(frozen=True)
class Lazy(Spec):
    """A spec that contains itself: a tree. `name` is its definition in the JSON Schema."""

    name: str
    spec: Callable[[], Spec]

    def read(self, node: Node, reader: Reader) -> Any:
        return self.spec().read(node, reader)

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.name}"}


def json_schema(spec: Spec, *, title: str, definitions: Mapping[str, Spec] | None = None) -> dict[str, Any]:
    """The whole JSON Schema document of a file."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **spec.schema(),
    }
    if definitions:
        schema["$defs"] = {name: definition.schema() for name, definition in definitions.items()}
    return schema
