from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def test_an_array_of_objects_gives_a_row_for_each_with_paths_for_what_is_nested(read_bytes):
    data = json.dumps(
        [
            {"name": "张三", "customer": {"idNo": "X1", "a b": 1}, "phones": ["1", "2"], "vip": True, "none": None},
            {"name": "李四"},
        ]
    )
    read = read_bytes(data.encode(), "a.json")
    assert read.rows[0] == {
        "name": "张三",
        "$.customer.idNo": "X1",
        "$.customer['a b']": "1",
        "$.phones[*]": "1\n2",
        "vip": "true",
        "none": None,
    }
    assert read.rows[1]["name"] == "李四"
    assert (read.status, read.coverage.rows) == ("inspected", 2)


def test_one_object_is_one_row(read_bytes):
    assert read_bytes(b'{"a": 1, "b": {"c": 2}}', "a.json").rows == {0: {"a": "1", "$.b.c": "2"}}


def test_a_long_array_in_an_envelope_gives_a_row_for_each_record_and_one_for_the_envelope(read_bytes):
    data = {"code": 0, "result": {"data": [{"id": number} for number in range(20)]}, "total": 20}
    read = read_bytes(json.dumps(data).encode(), "a.json")
    assert [row["$.result.data[*].id"] for row in read.rows.values()][:20] == [str(number) for number in range(20)]
    assert read.rows[20]["total"] == "20"


def test_numbers_stay_as_they_are_written(read_bytes):
    read = read_bytes(b'[{"card": 6222021234567890128, "amount": 1.50}]', "a.json")
    assert read.rows[0] == {"card": "6222021234567890128", "amount": "1.50"}


def test_a_member_that_occurs_twice_hides_neither_value(read_bytes):
    assert read_bytes(b'[{"phone": "13800138000", "phone": "13900139000"}]', "a.json").rows[0] == {
        "phone": "13800138000\n13900139000"
    }


def test_a_member_name_that_looks_like_data_is_read_as_a_value_too(read_bytes):
    assert read_bytes(b'{"13800138000": {"x": 1}}', "a.json").rows[0]["$.*~"] == "13800138000"


def test_json_lines_are_told_by_content(read_bytes):
    read = read_bytes(b'{"a": 1}\n{"a": 2, "b": "x"}\n\n{"a": 3}\n', "export.txt")
    assert [row["a"] for row in read.rows.values()] == ["1", "2", "3"]


def test_a_broken_line_fails_the_reading_but_is_read_as_text_like_the_rest(read_bytes):
    read = read_bytes(b'{"a": 1}\n{"a": "13800138000\n{"a": 3}\n', "a.jsonl")
    assert [row["a"] for row in read.rows.values()] == ["1", "3"]
    assert read.text == '{"a": "13800138000\n'
    assert read.chunks[0].offset == 9
    assert read.status == "failed"
    assert "line 2" in read.reason


@pytest.mark.parametrize(
    "data", [b'[{"a": 1},\n{"a": 2}\n{"a": "13800138000"}]', b'[{"a": 1},\n{"a": 2},\n{"a": "13800138000']
)
def test_what_follows_a_break_in_a_document_is_read_as_text_and_the_reading_fails(read_bytes, data):
    read = read_bytes(data, "a.json")
    assert [row["a"] for row in read.rows.values()] == ["1", "2"]
    assert "13800138000" in read.text
    assert data.decode()[read.chunks[-1].offset :] == read.text
    assert read.status == "failed"
    assert "line 3" in read.reason


def test_records_read_before_an_envelope_breaks_off_count(read_bytes):
    read = read_bytes(b'{"code": 0, "data": [{"id": "a"}, {"id": "b"}', "a.json")
    assert read.rows[0] == {"code": "0", "$.data[*].id": "a\nb"}
    assert read.status == "failed"


def test_a_log_whose_lines_begin_with_brackets_is_text(read_bytes):
    log = b"[2025-01-01 10:00:00] user logged in\n[2025-01-01 10:00:01] bye\n"
    read = read_bytes(log, "a.log")
    assert (read.text, read.status) == (log.decode(), "inspected")


def test_deep_nesting_fails_closed_instead_of_crashing(read_bytes):
    read = read_bytes(b"[" * 100_000, "deep.json")
    assert read.status == "failed"
    assert read.text


def test_a_large_array_on_one_line_is_streamed(read_bytes):
    data = (
        b"["
        + b",".join(
            b'{"id": "%07d", "x": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}' % number for number in range(50_000)
        )
        + b"]"
    )
    read = read_bytes(data, "a.json")
    assert len(read.rows) == 50_000
    assert read.rows[49_999]["id"] == "0049999"
    assert read.ids[:2] == ["0-19999", "20000-39999"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), values, min_size=1), min_size=1, max_size=5))
def test_every_scalar_of_every_record_is_read(read_bytes, records):
    def scalars(value):
        if isinstance(value, dict):
            return sum(map(scalars, value.values()))
        if isinstance(value, list):
            return sum(map(scalars, value))
        return 0 if value is None else 1

    marked = json.dumps(records)
    read = read_bytes(marked.encode(), "a.json")
    assert read.status == "inspected"
    cells = sum(
        len((cell).split("\n"))
        for row in read.rows.values()
        for name, cell in row.items()
        if cell is not None and name != "$.*~"
    )
    assert len(read.rows) == len(records)
    assert cells >= sum(map(scalars, records))
