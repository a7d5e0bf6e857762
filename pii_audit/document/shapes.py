"""Values made of others: choices, lists, mappings, records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from pii_audit.document.reader import MISSING, Items, Node, Reader, Section, Spec
from pii_audit.document.scalars import ID, STRING, Scalar
from pii_audit.document.wording import expected, quoted, suggestion, unknown
from pii_audit.errors import Position
from pii_audit.language import Text, same


@dataclass(frozen=True)
class Choice(Spec):
    """One of a few words."""

    words: Sequence[str]

    def read(self, node: Node, reader: Reader) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return reader.wrong(node, expected(same(" | ".join(self.words)), node))
        if node.value not in self.words:
            hint = suggestion(node.value, self.words)
            said, words = quoted(node.value), " | ".join(self.words)
            return reader.wrong(
                node,
                Text(f"“{said}” 不是 {words}{hint.zh}", f'"{said}" is not one of {words}{hint.en}'),
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
                return reader.wrong(node, expected(Text("列表", "a list"), node))
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
                    f"键 “{said}” 重复（首次在第 {first} 行）",
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
            return reader.wrong(node, expected(Text("映射", "a mapping"), node))
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
            return reader.wrong(node, expected(self.what, node))
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
