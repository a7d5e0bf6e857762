"""`gate --diff`: what changed between two versions of an export."""

from __future__ import annotations

import json

import pytest

PHONES = [f"138001380{number:02}" for number in range(20)]


@pytest.fixture
def compare(space, call):
    """Compares two versions; gives the answer."""

    def run(old, new, *words):
        (space / "old.csv").write_text(old)
        (space / "new.csv").write_text(new)
        return call("gate", "--diff", "old.csv", "new.csv", "--flow", "sms-daily", *words)

    return run


def table(header, phones, rest):
    return header + "".join(f"{phone},{rest}\n" for phone in phones)


OLD = table("mobile,name,sum\n", PHONES[:12], "张三,1")
NEW = table("mobile,name,id_no\n", PHONES[4:], "张*,11010519491231002X")


def test_columns_forms_people_and_verdicts_that_changed_are_told(compare):
    answer = compare(OLD, NEW, "--format", "json")
    assert answer.code == 1
    found = json.loads(answer.out)
    assert found["rows"] == {"old": 12, "new": 16}
    assert found["persons"] == {"old": 12, "new": 16, "came": 8, "gone": 4}
    assert found["exit_codes"] == {"old": 1, "new": 1}
    assert {one["column"]: (one["change"], one["old"], one["new"]) for one in found["columns"]} == {
        "name": ("changed", {"person_name": ["plain"]}, {"person_name": ["masked"]}),
        "sum": ("removed", {}, None),
        "id_no": ("added", None, {"cn_resident_id": ["plain"]}),
    }
    verdicts = {one["element"]: (one["old"], one["new"]) for one in found["verdicts"]}
    assert verdicts == {"person_name": ("violation", "compliant"), "cn_resident_id": (None, "violation")}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "rows 12 → 16; people about 12 → 16 (8 came, 4 gone)",
                "~ name: person_name (plain) → person_name (masked)",
            ],
        ),
        ("zh", ["行数 12 → 16；人数约 12 → 16（新增 8，减少 4）", "- sum: 不含个人信息"]),
    ],
)
def test_it_reads_as_a_list(compare, language, lines):
    out = compare(OLD, NEW, "--lang", language).out.splitlines()
    assert all(line in out for line in lines)


def test_without_a_key_in_common_nobody_says_who_stayed(compare):
    masked = table("name,id_no\n", ["张*"] * 12, "11010519491231002X")
    found = json.loads(compare(table("mobile,name\n", PHONES, "张*"), masked, "--format", "json").out)
    assert (found["persons"]["came"], found["persons"]["gone"]) == (None, None)


def test_two_equal_versions_differ_in_nothing_and_the_new_ones_verdict_is_the_exit_code(compare):
    good = table("mobile,name\n", PHONES, "张*")
    answer = compare(good, good)
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == "no column, form or verdict changed"
    assert compare(good, NEW).code == 1
    assert compare(NEW, good).code == 0


def test_a_version_that_cannot_be_read_is_told(space, call, told):
    (space / "old.csv").write_bytes(b"PK\x03\x04" + bytes(100))
    lines = told(call("gate", "--diff", "old.csv", "outbox/sms_1.csv", "--flow", "sms-daily"), 3)
    assert "could not be inspected" in lines[0]


@pytest.mark.parametrize(
    "words",
    [("outbox/sms_1.csv",), ("--record",), ("--format", "sarif"), ("--fix", "x.csv")],
)
def test_a_call_that_cannot_be_meant_is_a_usage_error(space, call, told, words):
    pair = ("outbox/sms_1.csv", "outbox/sms_1.csv")
    told(call("gate", "--flow", "sms-daily", *words, "--diff", *pair), 2)


def test_a_missing_version_is_named(space, call, told):
    [line] = told(call("gate", "--diff", "outbox/sms_1.csv", "nowhere.csv", "--flow", "sms-daily"), 2)
    assert "nowhere.csv" in line
