"""Reading a YAML file with positions: every problem noted, hostile input refused, nothing guessed."""

from __future__ import annotations

import codecs
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pii_audit.document.syntax import syntax
from pii_audit.errors import ConfigurationError, Position, Problem, reason_of
from pii_audit.language import Text

SUFFIXES = (".yaml", ".yml")
"""How the names of YAML files end, whatever the case."""
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
                    Text("文件超过 64 MB，不像是人写的配置", "larger than 64 MB, not a file that a person wrote"),
                )
                return MISSING
            content = path.read_bytes()
        except OSError as error:
            reason = reason_of(error)
            self.note(Position(shown), Text(f"无法读取：{reason.zh}", f"cannot be read: {reason.en}"))
            return MISSING
        return self.read_bytes(content, spec, shown_as=shown)

    def read_bytes(self, content: bytes, spec: Spec, *, shown_as: str) -> Any:
        """The same for content at hand."""
        content = content.removeprefix(codecs.BOM_UTF8)
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            position = _after(content[: error.start], shown_as)
            self.note(position, Text("不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save the file as UTF-8"))
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
            self.note(*syntax(error.problem or "invalid YAML", text, position))
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


class Spec:
    """How one value is written; subclasses say what it reads to."""

    def read(self, node: Node, reader: Reader) -> Any:
        """The value of the node, or MISSING after noting what is wrong with it."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        raise NotImplementedError
