"""YAML that people write: typed by the schema, every problem at its file:line:column, all of them at once."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pii_audit.document import (
    BOOLEAN,
    DATE,
    ID,
    INTEGER,
    MISSING,
    PERIOD,
    STRING,
    TITLE,
    Choice,
    Either,
    Lazy,
    ListOf,
    MapOf,
    Period,
    Reader,
    Record,
    Section,
    Spec,
    json_schema,
    number,
    quoted,
    word,
)
from pii_audit.errors import ConfigurationError, Position
from pii_audit.language import Text


def read(text: str | bytes, spec: Spec) -> tuple[Any, list[str]]:
    reader = Reader()
    value = reader.read_bytes(text if isinstance(text, bytes) else text.encode(), spec, shown_as="f.yaml")
    return value, [problem.in_("en") for problem in reader.problems]


COLOUR = word(Text("颜色", "a colour"), "red|blue")
TREE = Lazy("tree", lambda: Either(scalar=STRING, sequence=ListOf(TREE)))


class TestScalarsAreWhatTheSchemaSays:
    @pytest.mark.parametrize("written", ["NO", "on", "0123", "1e3", "2030-02-31", "1:30", "0x1F", "=", "'~'", '"null"'])
    def test_text_stays_text(self, written: str) -> None:
        assert read(f"a: {written}", MapOf(STRING)) == ({"a": written.strip("'\"")}, [])

    @pytest.mark.parametrize(
        ("spec", "written", "value"),
        [
            (INTEGER, "42", 42),
            (INTEGER, "-7", -7),
            (INTEGER, "1_000_000", 1_000_000),
            (BOOLEAN, "true", True),
            (BOOLEAN, "false", False),
            (DATE, "2024-02-29", date(2024, 2, 29)),
            (DATE, '"2024-02-29"', date(2024, 2, 29)),
            (PERIOD, "10y", Period(10, "y")),
            (number(0, 1), "0.25", 0.25),
            (number(0, 1), "1e-3", 0.001),
            (COLOUR, "red", "red"),
            (ID, "hz-01.a_b", "hz-01.a_b"),
            (TITLE, "总行", Text("总行", "总行")),
            (TITLE, "{zh: 总行, en: Head office}", Text("总行", "Head office")),
            (Choice(["a", "b"]), "b", "b"),
        ],
    )
    def test_a_good_value_is_read(self, spec: Spec, written: str, value: object) -> None:
        assert read(f"a: {written}", MapOf(spec)) == ({"a": value}, [])

    @pytest.mark.parametrize(
        ("spec", "written", "said"),
        [
            (INTEGER, "'42'", 'expected a whole number, got "42"'),
            (INTEGER, "4.2", 'expected a whole number, got "4.2"'),
            (INTEGER, "0x10", 'expected a whole number, got "0x10"'),
            (INTEGER, "１２", 'expected a whole number, got "１２"'),
            (INTEGER, "1" * 19, f'expected a whole number, got "{"1" * 19}"'),
            (BOOLEAN, "yes", 'expected true or false, got "yes"'),
            (BOOLEAN, "True", 'expected true or false, got "True"'),
            (DATE, "2030-02-31", "2030-02-31 is not a date of the calendar"),
            (DATE, "31.12.2025", 'expected a date (YYYY-MM-DD), got "31.12.2025"'),
            (PERIOD, "0y", 'expected a period such as 10y, 6m or 90d, got "0y"'),
            (number(0, 1), "1.5", 'expected a number from 0 to 1, got "1.5"'),
            (number(0, 1), ".nan", 'expected a number from 0 to 1, got ".nan"'),
            (COLOUR, "green", 'expected a colour, got "green"'),
            (ID, "客户", 'expected an id (letters, digits, . _ -), got "客户"'),
            (STRING, "", "expected text, got nothing"),
            (STRING, "~", "expected text, got nothing"),
            (STRING, "null", "expected text, got nothing"),
            (STRING, "[x]", "expected text, got a list"),
            (STRING, "{x: y}", "expected text, got a mapping"),
            (Choice(["plain", "masked"]), "plian", '"plian" is not one of plain | masked; did you mean "plain"?'),
            (Choice(["plain", "masked"]), "[plain]", "expected plain | masked, got a list"),
            (ListOf(STRING), "x", 'expected a list, got "x"'),
            (ListOf(STRING, at_least=2), "[x]", "needs at least 2 item(s)"),
            (MapOf(STRING), "x", 'expected a mapping, got "x"'),
            (Record({"b": STRING}), "[b]", "expected a mapping, got a list"),
            (Record({"b": STRING}, ("b",)), "{}", 'missing key "b"'),
            (TITLE, "{zh: 总行}", 'missing key "en"'),
            (Either(scalar=STRING), "[x]", "expected text, got a list"),
        ],
    )
    def test_a_bad_value_is_refused_where_it_stands(self, spec: Spec, written: str, said: str) -> None:
        _, problems = read(f"a: {written}", MapOf(spec))
        column = 3 if written == "" else 4
        assert problems == [f"f.yaml:1:{column}: {said}"]


class TestCollections:
    def test_every_problem_of_a_file_is_reported_at_once(self) -> None:
        text = "name: [x]\nage: old\nclour: red\nname: twice\n"
        _, problems = read(text, Record({"name": STRING, "age": INTEGER, "colour": COLOUR}, ("colour",)))
        assert sorted(problems) == [
            'f.yaml:1:1: missing key "colour"',
            "f.yaml:1:7: expected text, got a list",
            'f.yaml:2:6: expected a whole number, got "old"',
            'f.yaml:3:1: unknown key "clour"; did you mean "colour"?',
            'f.yaml:4:1: duplicate key "name" (first in line 1)',
        ]

    def test_the_problems_of_many_files_come_in_one_error(self) -> None:
        reader = Reader()
        for name in ("b.yaml", "a.yaml"):
            reader.read_bytes(b"a: x", MapOf(INTEGER), shown_as=name)
        with pytest.raises(ConfigurationError) as caught:
            reader.raise_problems()
        assert [line.split(":")[0] for line in caught.value.lines("en")] == ["a.yaml", "b.yaml"]

    def test_without_problems_nothing_is_raised(self) -> None:
        reader = Reader()
        reader.read_bytes(b"a: b", MapOf(STRING), shown_as="f.yaml")
        reader.raise_problems()

    def test_duplicate_keys_of_a_map_are_refused_and_the_first_stays(self) -> None:
        value, problems = read("a: 1\nb: 2\na: 3\n", MapOf(INTEGER))
        assert value == {"a": 1, "b": 2}
        assert problems == ['f.yaml:3:1: duplicate key "a" (first in line 1)']

    def test_wrong_items_are_left_out_and_the_rest_keeps_its_positions(self) -> None:
        value, problems = read("- 1\n- x\n- 3\n", ListOf(INTEGER))
        assert value == [1, 3]
        assert [position.line for position in value.positions] == [1, 3]
        assert problems == ['f.yaml:2:3: expected a whole number, got "x"']

    def test_a_section_knows_where_its_keys_stand(self) -> None:
        value, _ = read("x:\n  a: 1\n  b: 2\n", MapOf(Record({"a": INTEGER, "b": INTEGER, "c": INTEGER})))
        section: Section = value["x"]
        assert section.at("b") == Position("f.yaml", 3, 3)
        assert section.at("c") == section.position == Position("f.yaml", 2, 3)

    def test_a_single_value_may_stand_for_its_list(self) -> None:
        spec = MapOf(ListOf(INTEGER, or_single=True))
        assert read("a: 1\nb: [2, 3]\n", spec) == ({"a": [1], "b": [2, 3]}, [])

    def test_a_key_must_be_text(self) -> None:
        assert read("? [a, b]\n: 1\n", MapOf(INTEGER))[1] == ["f.yaml:1:3: a key must be text"]

    def test_a_key_has_its_own_form(self) -> None:
        assert read("green: 1\n", MapOf(INTEGER, COLOUR))[1] == ['f.yaml:1:1: expected a colour, got "green"']

    def test_one_of_several_kinds_is_told_apart_by_the_node(self) -> None:
        spec = MapOf(Either(scalar=STRING, sequence=ListOf(INTEGER), mapping=MapOf(BOOLEAN)))
        assert read("a: x\nb: [1]\nc: {d: true}\n", spec) == ({"a": "x", "b": [1], "c": {"d": True}}, [])

    def test_a_tree_contains_itself(self) -> None:
        assert read("a: [x, [y, [z]]]\n", MapOf(TREE)) == ({"a": ["x", ["y", ["z"]]]}, [])

    def test_an_alias_is_read_as_what_it_names(self) -> None:
        assert read("a: &x [p, q]\nb: *x\n", MapOf(ListOf(STRING))) == ({"a": ["p", "q"], "b": ["p", "q"]}, [])

    def test_tags_and_merge_keys_make_nothing_happen(self) -> None:
        assert read("a: !!python/object/apply:os.abort []\n", MapOf(ListOf(STRING))) == ({"a": []}, [])
        _, problems = read("<<: {a: x}\n", Record({"a": STRING}))
        assert problems == ['f.yaml:1:1: unknown key "<<"; known: a']


class TestFilesThatAreNoYaml:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "f.yaml:1:1: the file is empty"),
            (b"# a comment\n", "f.yaml:1:1: the file is empty"),
            (b"a: b\n\tc: d\n", "f.yaml:2:1: indented with a tab; use spaces"),
            (b"a:\n\tc: d\n", "f.yaml:2:1: indented with a tab; use spaces"),
            (b"a: [1, 2\nb: 3\n", "f.yaml:2:2: YAML syntax: did not find expected ',' or ']'"),
            (b"a: *b\n", "f.yaml:1:4: YAML syntax: found undefined alias"),
            ("a: b\nurl：c\nd: e\n".encode(), 'f.yaml:2:4: a full-width colon "：" after a key; write ":" and a blank'),
            (
                "s:\n  - id: 甲：乙\n    url：c\n".encode(),
                'f.yaml:3:8: a full-width colon "：" after a key; write ":" and a blank',
            ),
            (b"a: b\n---\na: c\n", "f.yaml:2:1: YAML syntax: but found another document"),
            ("a: 客户\nb: \x07\n".encode(), "f.yaml:2:4: control character U+0007 is not allowed"),
            ("a: 客户 \x00\n".encode(), "f.yaml:1:7: control character U+0000 is not allowed"),
            ("a: 客户\n".encode("gb18030"), "f.yaml:1:4: not UTF-8; save the file as UTF-8"),
            ("a: 客户\n客: ".encode() + b"\xff\n", "f.yaml:2:4: not UTF-8; save the file as UTF-8"),
            ("a: b\n".encode("utf-16"), "f.yaml:1:1: not UTF-8; save the file as UTF-8"),
        ],
    )
    def test_the_place_is_named(self, content: bytes, said: str) -> None:
        assert read(content, MapOf(STRING)) == (MISSING, [said])

    def test_a_byte_order_mark_is_no_part_of_the_text(self) -> None:
        assert read("\ufeffa: 1\nb: x\n", MapOf(INTEGER))[1] == ['f.yaml:2:4: expected a whole number, got "x"']
        assert read("\ufeffa: \x07\n", MapOf(STRING))[1] == ["f.yaml:1:4: control character U+0007 is not allowed"]

    @pytest.mark.parametrize("written", ["\\0", "\\x00", "\\u0000"])
    def test_a_nul_written_as_an_escape_is_none_either(self, written: str) -> None:
        assert read(f'a: "x{written}y"\n', MapOf(STRING))[1] == ["f.yaml:1:4: control character U+0000 is not allowed"]

    def test_aliases_that_explode_are_stopped(self) -> None:
        lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        for before, name in zip("abcdefgh", "bcdefghi", strict=True):
            lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
        _, problems = read("\n".join(lines), MapOf(TREE))
        assert len(problems) == 1
        assert "aliases expand to too much" in problems[0]

    def test_an_alias_that_contains_itself_is_stopped(self) -> None:
        assert read("a: &a [x, *a]\n", MapOf(TREE))[1] == ["f.yaml:1:4: an alias that contains itself"]

    @pytest.mark.parametrize(
        "text",
        [
            "[" * 100_000,
            "{a: " * 50_000,
            "- " * 50_000 + "x",
            "a: " + "[" * 60 + "]" * 60,
            "\n".join(" " * i + "a:" for i in range(700)),
        ],
        ids=["brackets", "braces", "dashes", "sixty", "indentation"],
    )
    def test_deep_nesting_is_refused_and_never_ends_the_process(self, text: str) -> None:
        value, problems = read(text, MapOf(TREE) if text.startswith("a: [") else TREE)
        assert problems
        assert "nested too deeply" in problems[-1] or "expected text, got a mapping" in problems[-1]
        assert value is MISSING or len(problems) == 1

    def test_a_long_list_in_one_line_is_not_deep(self) -> None:
        value, problems = read(f"[{', '.join(['[x]'] * 2_000)}]", TREE)
        assert problems == []
        assert len(value) == 2_000


class TestFiles:
    def test_a_file_is_shown_under_the_name_that_is_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text("a: x\n", encoding="utf-8")
        reader = Reader()
        reader.read(tmp_path / "a.yaml", MapOf(INTEGER), shown_as="policies/a.yaml")
        assert [str(problem.position) for problem in reader.problems] == ["policies/a.yaml:1:4"]

    def test_what_cannot_be_opened_is_a_problem_and_no_traceback(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        reader = Reader()
        for name in ("nowhere", ".", "pipe"):
            assert reader.read(tmp_path / name, MapOf(STRING), shown_as=name) is MISSING
        assert [problem.in_("en") for problem in reader.problems] == [
            "nowhere: cannot be read: No such file or directory",
            ".: not a regular file",
            "pipe: not a regular file",
        ]

    def test_a_file_that_nobody_wrote_by_hand_is_refused_unread(self, tmp_path: Path) -> None:
        with (tmp_path / "huge").open("wb") as file:
            file.truncate(65 * 1024 * 1024)
        reader = Reader()
        assert reader.read(tmp_path / "huge", MapOf(STRING), shown_as="huge") is MISSING
        assert [problem.in_("en") for problem in reader.problems] == [
            "huge: larger than 64 MB, not a file that a person wrote"
        ]


class TestDiagnostics:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a\nb", r"a\nb"),
            ("\x1b[31m", r"\x1b[31m"),
            ("\u202eabc", r"\u202eabc"),
            ("x" * 50, "x" * 40 + "…"),
            ("客户", "客户"),
        ],
    )
    def test_what_a_file_says_is_quoted_in_one_harmless_line(self, text: str, shown: str) -> None:
        assert quoted(text) == shown

    @given(st.text(max_size=60))
    def test_a_diagnostic_is_one_line_whatever_the_file_says(self, text: str) -> None:
        written = yaml.safe_dump({text: text}, allow_unicode=True)
        for spec in (MapOf(INTEGER), Record({"known": STRING}), MapOf(Choice(["known"]))):
            for line in read(written, spec)[1]:
                assert line.isprintable()

    def test_problems_read_in_chinese_too(self) -> None:
        reader = Reader()
        reader.read_bytes("颜: 1\n".encode(), Record({"颜色": STRING}), shown_as="f.yaml")
        assert [problem.in_("zh") for problem in reader.problems] == ["f.yaml:1:1: 未知的键 “颜”，是否指 “颜色”？"]

    @given(st.binary(max_size=200))
    def test_no_bytes_raise_anything(self, content: bytes) -> None:
        value, problems = read(content, TREE)
        assert value is not MISSING or problems
        assert all(re.match(r"f\.yaml:\d+:\d+: ", problem) for problem in problems)


class TestPeriods:
    @pytest.mark.parametrize(
        ("written", "day", "before"),
        [
            ("90d", date(2026, 3, 31), date(2025, 12, 31)),
            ("1m", date(2026, 3, 31), date(2026, 2, 28)),
            ("1m", date(2024, 3, 31), date(2024, 2, 29)),
            ("6m", date(2026, 3, 15), date(2025, 9, 15)),
            ("10y", date(2026, 11, 22), date(2016, 11, 22)),
            ("1y", date(2024, 2, 29), date(2023, 2, 28)),
            ("99999y", date(2024, 5, 1), date(1, 1, 1)),
            ("99999d", date(100, 1, 1), date(1, 1, 1)),
        ],
    )
    def test_a_period_before_a_day_is_a_day_of_the_calendar(self, written: str, day: date, before: date) -> None:
        value, _ = read(f"a: {written}", MapOf(PERIOD))
        assert value["a"].before(day) == before
        assert str(value["a"]) == written


class TestJsonSchema:
    SPEC = Record(
        {
            "title": TITLE,
            "count": INTEGER,
            "share": number(0, 1),
            "when": DATE,
            "keep": PERIOD,
            "open": BOOLEAN,
            "kind": Choice(["a", "b"]),
            "colours": ListOf(COLOUR, at_least=1, or_single=True),
            "by_name": MapOf(Either(scalar=STRING, mapping=MapOf(INTEGER))),
            "tree": TREE,
        },
        ("title",),
    )

    @pytest.mark.parametrize(
        ("document", "good"),
        [
            ("title: x\ncount: 3\nshare: 0.5\nkeep: 10y\nopen: true\nkind: a\ncolours: red\ntree: [a, [b]]", True),
            ("title: {zh: x, en: y}\ncolours: [red, blue]\nby_name: {a: x, b: {c: 1}}", True),
            ("count: 3", False),
            ("title: x\nextra: 1", False),
            ("title: x\ncount: many", False),
            ("title: x\nshare: 2", False),
            ("title: x\nkeep: 10 years", False),
            ("title: x\nkind: c", False),
            ("title: x\ncolours: []", False),
            ("title: x\ncolours: [green]", False),
            ("title: x\nby_name: {'': x}", False),
            ("title: {zh: x}", False),
        ],
    )
    def test_the_schema_says_what_the_reader_does(self, document: str, good: bool) -> None:
        schema = json_schema(self.SPEC, title="Test", definitions={"tree": TREE.spec()})
        Draft202012Validator.check_schema(schema)
        assert (read(document, self.SPEC)[1] == []) is good
        assert Draft202012Validator(schema).is_valid(yaml.safe_load(document)) is good
