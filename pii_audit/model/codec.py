"""The model's values as JSON and back, driven by their type hints; no pickle, nothing executable.

A field that is missing takes its default and an unknown one is passed over, so that a value written before a field was
added still reads. Sketches are base64, or, where a `Sketches` is given, kept apart by their digest.
"""

from __future__ import annotations

import hashlib
import json
import math
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pii_audit.language import Text
from pii_audit.model.evidence import AssetTally
from pii_audit.model.sketch import Sketch

T = TypeVar("T")


class Sketches(dict[str, bytes]):
    """Payloads by their SHA-256: equal sketches, of unchanged data in many runs, are kept once."""

    def put(self, payload: bytes) -> str:
        """The digest under which a payload can be found again."""
        digest = hashlib.sha256(payload).hexdigest()
        self[digest] = payload
        return digest


def tally_to_bytes(tally: AssetTally) -> bytes:
    """A tally as JSON bytes (ASCII), sketches in base64."""
    return dump(encode(tally)).encode("ascii")


def tally_from_bytes(data: bytes) -> AssetTally:
    """The tally of those bytes; ValueError, KeyError or TypeError when they are none."""
    return decode(AssetTally, json.loads(data))


def dump(value: Any) -> str:
    """Compact JSON in ASCII, so that names with lone surrogates survive; never NaN."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Whatever stands in a finding's evidence as JSON values: texts as `{zh, en}`, sets sorted, nothing non-finite."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    message = f"a {type(value).__name__} has no place in evidence"
    raise TypeError(message)


def encode(value: Any, sketches: Sketches | None = None) -> Any:
    """A model value as JSON values; TypeError for a type that the model does not use."""
    if isinstance(value, Sketch):
        return sketches.put(value.payload) if sketches is not None and value.payload else _base64(value.payload)
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return _base64(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {str(key): encode(item, sketches) for key, item in value.items()}
        return [[encode(key, sketches), encode(item, sketches)] for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return sorted((encode(item, sketches) for item in value), key=dump)
    if isinstance(value, list | tuple):
        return [encode(item, sketches) for item in value]
    if is_dataclass(value):
        hints = _hints(value.__class__)
        return {
            field.name: plain(item) if hints[field.name] == _FREE else encode(item, sketches)
            for field in fields(value)
            if not _is_default(field, item := getattr(value, field.name))
        }
    message = f"a {type(value).__name__} has no place in the store"
    raise TypeError(message)


def decode(kind: type[T], data: Any, sketches: Mapping[str, bytes] | None = None) -> T:
    """The value of a type from what `encode` gave; ValueError, KeyError or TypeError when it does not fit."""
    return cast("T", _decode(kind, data, sketches))


_FREE = Mapping[str, Any]


def _base64(payload: bytes) -> str:
    return b64encode(payload).decode("ascii")


def _is_default(field: Field[Any], value: Any) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


Decoder = Callable[[Any, "Mapping[str, bytes] | None"], Any]


def _decode(kind: Any, data: Any, sketches: Mapping[str, bytes] | None) -> Any:
    return _decoder(kind)(data, sketches)


@cache
def _decoder(kind: Any) -> Decoder:
    """How values of a type are read, worked out once: a store holds the same few types very many times."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        some = _decoder(next(member for member in typing.get_args(kind) if member is not type(None)))
        return lambda data, sketches: None if data is None else some(data, sketches)
    if kind is Any or origin is typing.Literal or kind == _FREE:
        return lambda data, _: data
    if origin is not None:
        return _container(origin, typing.get_args(kind))
    if kind is Sketch:
        return lambda data, sketches: Sketch(sketches[data] if sketches is not None and data else b64decode(data))
    return _dataclass(kind) if is_dataclass(kind) else _scalar(kind)


def _dataclass(kind: Any) -> Decoder:
    hints = _hints(kind)
    make = cast("Callable[..., Any]", kind)
    readers: dict[str, Decoder] = {}

    def decoded(data: Any, sketches: Mapping[str, bytes] | None) -> Any:
        if not readers:
            # Not before the first value: a type may have a field of its own type.
            readers.update((field.name, _decoder(hints[field.name])) for field in fields(kind) if field.init)
        return make(**{name: readers[name](item, sketches) for name, item in data.items() if name in readers})

    return decoded


def _container(origin: Any, arguments: tuple[Any, ...]) -> Decoder:
    if issubclass(origin, Mapping):
        key, value = map(_decoder, arguments)

        def mapping(data: Any, sketches: Mapping[str, bytes] | None) -> Any:
            pairs = data.items() if isinstance(data, dict) else data
            return {key(left, sketches): value(right, sketches) for left, right in pairs}

        return mapping
    if origin is tuple and arguments[-1] is not Ellipsis:
        places = tuple(map(_decoder, arguments))
        return lambda data, sketches: tuple(place(item, sketches) for place, item in zip(places, data, strict=True))
    member = _decoder(arguments[0])
    return lambda data, sketches: origin(member(item, sketches) for item in data)


def _scalar(kind: Any) -> Decoder:
    if kind in (datetime, date):
        return lambda data, _: kind.fromisoformat(data)
    if kind is bytes:
        return lambda data, _: b64decode(data)
    if isinstance(kind, type) and (issubclass(kind, Enum) or kind is float):
        return lambda data, _: kind(data)

    def checked(data: Any, _: Mapping[str, bytes] | None) -> Any:
        if not isinstance(data, kind):
            message = f"expected {kind.__name__}, got {type(data).__name__}"
            raise TypeError(message)
        return data

    return checked
