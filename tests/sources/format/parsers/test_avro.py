from __future__ import annotations

import io
from datetime import date

import fastavro
import pytest

SCHEMA = {
    "type": "record",
    "name": "customer",
    "fields": [
        {"name": "name", "type": "string"},
        {"name": "phones", "type": {"type": "array", "items": "string"}},
        {"name": "raw", "type": ["null", "bytes"]},
        {"name": "opened", "type": {"type": "int", "logicalType": "date"}},
        {"name": "address", "type": {"type": "record", "name": "a", "fields": [{"name": "city", "type": "string"}]}},
    ],
}
RECORD = {
    "name": "张三",
    "phones": ["13800138000", "13700137000"],
    "raw": b"a@b.cn",
    "opened": date(2026, 6, 1),
    "address": {"city": "杭州"},
}


def written(codec="null", count=3):
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, [RECORD] * count, codec=codec)
    return out.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz", "zstandard"])
def test_records_are_rows_whatever_they_are_packed_with(read_inside, codec):
    read = read_inside(written(codec), "a.avro")[""]
    assert read.status == "inspected"
    assert len(read.rows) == 3
    assert read.rows[0] == {
        "name": "张三",
        "$.phones[*]": "13800138000\n13700137000",
        "raw": "a@b.cn",
        "opened": "2026-06-01",
        "$.address.city": "杭州",
    }


def test_what_is_said_of_the_file_is_read(read_inside):
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, [RECORD], metadata={"note": "call 13600136000"})
    assert "note: call 13600136000" in read_inside(out.getvalue(), "a.avro")[""].text


def test_a_truncated_file_keeps_what_was_read_and_fails(read_inside):
    data = written(count=20_000)
    read = read_inside(data[: len(data) // 2], "a.avro")[""]
    assert (read.status, len(read.rows) > 1_000) == ("failed", True)


def test_a_damaged_file_never_raises_and_always_leaves_a_row(read_inside, mutations):
    for broken in mutations(written(), 40):
        assert read_inside(broken, "a.avro")
