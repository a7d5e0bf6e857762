"""What the fields of payment messages mean, as scanners/feed/ has it: ISO 20022 by element path, SWIFT MT by tag and part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pii_audit import content
from pii_audit.document import BOOLEAN, INTEGER, STRING, ListOf, MapOf, Reader, Record, Spec
from pii_audit.errors import ConfigurationError

ISO20022 = "scanners/feed/iso20022.yaml"
SWIFT = "scanners/feed/swift_mt.yaml"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"

_WORDS = Record({"zh": STRING, "en": STRING}, ("zh", "en"))
_PATH = Record({"path": STRING, "zh": STRING, "en": STRING}, ("path", "zh", "en"))
_ISO = Record(
    {"version": INTEGER, "records": ListOf(STRING), "parties": ListOf(_PATH), "meanings": ListOf(_PATH)},
    ("version", "records", "parties", "meanings"),
)
_TAG = Record(
    {"tag": STRING, "zh": STRING, "en": STRING, "lines": ListOf(STRING), "numbered": BOOLEAN}, ("tag", "zh", "en")
)
_MT = Record(
    {
        "version": INTEGER,
        "parts": MapOf(_WORDS),
        "numbered": MapOf(STRING, key=STRING),
        "fields": ListOf(_TAG),
        "rows": ListOf(STRING),
    },
    ("version", "parts", "numbered", "fields", "rows"),
)


def _read(path: str, spec: Spec) -> Any:
    reader = Reader()
    read = reader.read_bytes(content.data(path), spec, shown_as=path)
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return read


@dataclass(frozen=True, slots=True)
class Iso20022:
    """Elements that are one transaction each, and what the ends of paths mean, longest first."""

    records: tuple[str, ...]
    parties: tuple[tuple[str, str], ...]
    meanings: tuple[tuple[str, str], ...]

    def meaning(self, path: str) -> str | None:
        """Whose and what a field holds, for a column's comment: `收款人姓名 creditor name`; None where nobody has said."""
        parts = path.split("/")
        what = next((said for end, said in self.meanings if parts[-end.count("/") - 1 :] == end.split("/")), None)
        if what is None:
            return None
        whose = next((said for name, said in self.parties if name in parts[:-1]), "")
        return _joined(whose, what)


@dataclass(frozen=True, slots=True)
class Tag:
    """One field of an MT message: the names of its lines, or whether they carry numbers."""

    title: str
    lines: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class SwiftMt:
    """The fields that are taken apart, the parts that they may have, and the tags that begin a row."""

    parts: Mapping[str, str]
    numbered: Mapping[str, str]
    tags: Mapping[str, Tag]
    rows: frozenset[str]

    def meaning(self, name: str) -> str | None:
        """What a field `tag/part` holds, for a column's comment; None for one that is not taken apart."""
        tag, _, part = name.partition("/")
        known = self.tags.get(tag)
        return _joined(known.title, self.parts[part]) if known and part in self.parts else None


@cache
def iso20022() -> Iso20022:
    """As scanners/feed/iso20022.yaml has it."""
    read = _read(ISO20022, _ISO)
    meanings = sorted(read["meanings"], key=lambda one: -one["path"].count("/"))
    return Iso20022(
        tuple(read["records"]),
        tuple((one["path"], f"{one['zh']}\t{one['en']}") for one in read["parties"]),
        tuple((one["path"], f"{one['zh']}\t{one['en']}") for one in meanings),
    )


@cache
def swift_mt() -> SwiftMt:
    """As scanners/feed/swift_mt.yaml has it."""
    read = _read(SWIFT, _MT)
    return SwiftMt(
        {name: f"{words['zh']}\t{words['en']}" for name, words in read["parts"].items()},
        dict(read["numbered"]),
        {
            one["tag"]: Tag(f"{one['zh']}\t{one['en']}", tuple(one.get("lines", ())), one.get("numbered", False))
            for one in read["fields"]
        },
        frozenset(read["rows"]),
    )


def _joined(whose: str, what: str) -> str:
    """The words of a comment, Chinese first: `收款人姓名 creditor name`."""
    zh, _, en = whose.partition("\t")
    what_zh, _, what_en = what.partition("\t")
    return f"{zh}{what_zh} {en} {what_en}".replace("  ", " ").strip()
