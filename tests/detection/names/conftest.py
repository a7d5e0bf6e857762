from __future__ import annotations

import re
from pathlib import Path

import pytest

from pii_audit.detection.names.finder import find_names

_MARK = re.compile(r"\[\[([PA]):(.*?)\]\]", re.DOTALL)
_KINDS = {"P": "person_name", "A": "address"}


def _documents(name):
    """Texts with their spans; `[[P:…]]` marks a person, `[[A:…]]` an address, `# ` opens a remark."""
    for marked in (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").split("\n----\n"):
        source = "\n".join(line for line in marked.split("\n") if not line.startswith("# "))
        text, spans, end = "", set(), 0
        for mark in _MARK.finditer(source):
            text += source[end : mark.start()]
            spans.add((len(text), len(text) + len(mark[2]), _KINDS[mark[1]]))
            text += mark[2]
            end = mark.end()
        yield text + source[end:], spans


@pytest.fixture
def f1():
    """Exact-span F1 of an identifier over a file of marked documents."""

    def measured(name, identifier, tagger):
        right = found = wanted = 0
        for text, spans in _documents(name):
            want = {span[:2] for span in spans if span[2] == identifier}
            got = {(one.start, one.end) for one in find_names(text, tagger) if one.identifier == identifier}
            right, found, wanted = right + len(want & got), found + len(got), wanted + len(want)
        return 2 * right / (found + wanted)

    return measured


@pytest.fixture
def names():
    """The persons of a text, as strings."""

    def found(text, tagger=None):
        return [text[one.start : one.end] for one in find_names(text, tagger) if one.identifier == "person_name"]

    return found


@pytest.fixture
def addresses():
    """The addresses of a text, as strings."""

    def found(text, tagger=None):
        return [text[one.start : one.end] for one in find_names(text, tagger) if one.identifier == "address"]

    return found
