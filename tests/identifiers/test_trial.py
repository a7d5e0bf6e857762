"""Regular expressions of users are tried in a child before they meet data; none hangs the program."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from pii_audit.errors import ConfigurationError, Position
from pii_audit.identifiers import trial
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.patterns import compiled, elements
from pii_audit.identifiers.trial import Expression, refused

STAFF = """\
id: {name}
title: {{zh: 工号, en: Staff number}}
source: our own personnel system
groups: [identity_document]
levels: {{jrt0171: C2}}
patterns:
  - {{name: plain, regex: '{regex}', boundary: {boundary}, score: 0.6}}
context: [工号]
against: [reference]
show: {{first: 3, last: 2}}
adequate: {{first: 3, last: 2, hidden: 3}}
match: [{example}]
"""


def candidate(regex: str, line: int = 1) -> Expression:
    return Expression(Position("own.yaml", line, 5), regex, 0)


def written(folder: Path, name: str, regex: str, example: str, boundary: str = "ascii_alnum") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(STAFF.format(name=name, regex=regex, example=example, boundary=boundary), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "regex",
    ["(a+)+b", "(?:号|[一-龥])+$", "[a-z]+[0-9]"],
)
def test_an_expression_that_backtracks_without_end_is_refused_with_its_place(regex):
    ((position, message),) = refused([candidate(regex)], seconds=1)
    assert str(position) == "own.yaml:1:5"
    assert "more than 1 s on a long run of" in message.en
    assert "{1,64}" in message.zh


def test_each_slow_one_is_told_and_the_others_pass():
    tried = [candidate("EMP[0-9]{6}", 1), candidate("(a+)+b", 2), candidate("x?y", 3), candidate("(b+)+c", 4)]
    assert [position.line for position, _ in refused(tried, seconds=1)] == [2, 4]


def shipped(names: Iterable[str]) -> list[Expression]:
    catalogue = load_catalogue()
    return [
        Expression(Position(name), compiled(pattern).pattern, int(compiled(pattern).flags))
        for name in names
        for pattern in catalogue[name].patterns
    ]


def test_what_the_program_ships_would_pass():
    assert list(refused(shipped(("email", "bank_card", "connection_string")))) == []


@pytest.mark.soak
def test_all_that_the_program_ships_would_pass():
    assert list(refused(shipped(load_catalogue()))) == []


def test_a_child_that_cannot_start_refuses_instead_of_passing(monkeypatch):
    monkeypatch.setattr(trial, "__name__", "no_such_module")
    ((_, message),) = refused([candidate("a")])
    assert "could not be tried" in message.en
    assert "无法试运行" in message.zh


def test_elements_are_literals_escapes_and_classes():
    assert elements(r"(?<![0-9A-Za-z])(?:a\.|[^b\]]{2,3}号)+?$") == {"[0-9A-Za-z]", "a", r"\.", r"[^b\]]", "号"}


def test_own_identifiers_join_those_that_ship(tmp_path):
    written(tmp_path, "staff_no", "EMP[0-9]{{6}}".replace("{{", "{").replace("}}", "}"), "EMP123456")
    catalogue = load_catalogue([tmp_path])
    assert catalogue["staff_no"].against == load_catalogue()["cn_mobile"].against[: len(catalogue["staff_no"].against)]
    assert len(catalogue) == len(load_catalogue()) + 1


def test_a_slow_own_identifier_is_an_error_of_its_file_and_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(refused, "__defaults__", (1,))
    path = written(tmp_path, "slow_one", "(?:[a-z]+)+X", "abcX")
    before = time.monotonic()
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue([path])
    assert time.monotonic() - before < 30
    (line,) = caught.value.lines("en")
    assert line.startswith(f"{path}:7:")
    assert "refused, and nothing was inspected" in line


@pytest.mark.parametrize(
    ("regex", "said"),
    [
        ("EMP(?&digits)", 'unknown fragment "digits"'),
        ("EMP(?=x)", "regex, character 4"),
        ("EMP(?&is)(?=x)", "regex, character 10"),
        ("EMP[", "regex, character 4"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_before_anything_is_tried(tmp_path, regex, said):
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue([written(tmp_path, "staff_no", regex, "EMP123456")])
    assert said in caught.value.lines("en")[0]


def test_an_unknown_list_of_labels_is_told_with_a_suggestion(tmp_path):
    path = written(tmp_path, "staff_no", "EMP", "EMP")
    path.write_text(path.read_text(encoding="utf-8").replace("[reference]", "[referense]"), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue([path])
    assert 'unknown list of labels "referense"; did you mean "reference"?' in caught.value.lines("en")[0]
