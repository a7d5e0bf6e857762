"""Model values as the store's documents: JSON text, or the same compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from pii_audit.errors import StoreError
from pii_audit.language import Text
from pii_audit.model.codec import Sketches, decode, dump, encode

T = TypeVar("T")


def written(value: Any) -> str:
    """A value as JSON in ASCII."""
    return dump(encode(value))


def packed(value: Any, sketches: Sketches | None = None) -> bytes:
    """A value as compressed JSON; with `sketches`, those are put there and referred to."""
    return zlib.compress(dump(encode(value, sketches)).encode("ascii"))


def read(kind: type[T], document: str | bytes, sketches: Mapping[str, bytes] | None = None) -> T:
    """The value of a document; StoreError when it is damaged in a way that the database did not notice."""
    with damage_reported(kind):
        text = document if isinstance(document, str) else zlib.decompress(document)
        return decode(kind, json.loads(text), sketches)


@contextmanager
def damage_reported(kind: type) -> Iterator[None]:
    """Makes a StoreError of whatever reading a damaged record of that kind raises."""
    try:
        yield
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            Text(
                f"存储库已损坏：一条 {kind.__name__} 记录无法读取",
                f"the store is damaged: a {kind.__name__} record cannot be read",
            ),
            todo=Text("从备份恢复，或把它移走后重新运行", "restore it from a backup, or move it away and run again"),
        ) from error
