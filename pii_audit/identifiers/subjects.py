"""Subjects: whose data a column holds, told by the names of column and table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.document import STRING, TITLE, ListOf, MapOf, Reader, Record
from pii_audit.identifiers.names import place, tokens
from pii_audit.language import Text

PATH = "scanners/identifiers/subjects.yaml"
CUSTOMER = "customer"
"""Whose data it is when no name says otherwise."""

_KEYS = frozenset({"id", "no", "num", "number", "code", "key", "编号", "标识"})
"""Last words of the names of keys."""
_WORDS = ListOf(STRING)
SPEC = MapOf(
    Record(
        {"title": TITLE, "names": Record({"zh": _WORDS, "en": _WORDS, "pinyin": _WORDS}, ("zh", "en"))},
        ("title", "names"),
    ),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of person, and the words (as tokens) by which column and table names mean that kind."""

    id: str
    title: Text
    names: tuple[tuple[str, ...], ...]


@cache
def load_subjects() -> dict[str, Subject]:
    """All subjects by id, in the order of definition; raises ConfigurationError when their file is wrong."""
    reader = Reader()
    read = reader.read_bytes(content.data(PATH), SPEC, shown_as=PATH)
    reader.raise_problems()
    return {
        name: Subject(name, entry["title"], tuple(tokens(word) for words in entry["names"].values() for word in words))
        for name, entry in read.items()
    }


def subject_of(asset_name: str, column_name: str, comment: str | None = None) -> str:
    """The id of the subject: the column's name decides, then its comment, then the table's name; else `customer`.

    Where one of them names several (`emp_emergency_contact_phone`), the longest word decides, then the one that comes last.
    """
    for text in (column_name, comment or "", asset_name):
        found = _named(tokens(text))
        if found is not None:
            return found
    return CUSTOMER


def names_somebody(column_name: str) -> bool:
    """Whether a column's name says whose the row is: `cust_no`, `member_id`, 客户号; not what kind of customers (`member_level`)."""
    words = tokens(column_name)
    return bool(words) and (words[-1] in _KEYS or words[-1].endswith("号")) and _named(words) is not None


def _named(words: tuple[str, ...]) -> str | None:
    hits = [
        (sum(map(len, wanted)), found[0], subject.id)
        for subject in load_subjects().values()
        for wanted in subject.names
        if (found := place(wanted, words)) is not None
    ]
    return max(hits)[2] if hits else None
