from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, orc, parquet

SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("phones", pa.list_(pa.string())),
        ("raw", pa.binary()),
        ("opened", pa.date32()),
        ("balance", pa.decimal128(12, 2)),
        ("address", pa.struct([("city", pa.string())])),
    ]
)
RECORD = {
    "name": "张三",
    "phones": ["13800138000", "13700137000"],
    "raw": b"a@b.cn",
    "opened": date(2026, 6, 1),
    "balance": Decimal("1280.50"),
    "address": {"city": "杭州"},
}
EXPECTED = {
    "name": "张三",
    "$.phones[*]": "13800138000\n13700137000",
    "raw": "a@b.cn",
    "opened": "2026-06-01",
    "balance": "1280.50",
    "$.address.city": "杭州",
}


def as_parquet(table, out):
    parquet.write_table(table, out, row_group_size=5_000)


def as_arrow(table, out):
    with ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=5_000)


def as_feather(table, out):
    feather.write_feather(table, out, compression="zstd", chunksize=5_000)


FORMATS = {"a.parquet": as_parquet, "a.orc": orc.write_table, "a.arrow": as_arrow, "a.feather": as_feather}


def written(name, count=3):
    out = io.BytesIO()
    FORMATS[name](pa.Table.from_pylist([RECORD] * count, schema=SCHEMA), out)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_records_are_rows_and_nested_values_have_their_path(read_inside, name):
    read = read_inside(written(name, 12_000), name)[""]
    assert (read.status, len(read.rows)) == ("inspected", 12_000)
    assert read.rows[0] == read.rows[11_999] == EXPECTED


@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_file_fails_and_says_so(read_inside, name):
    data = written(name, 20_000)
    assert read_inside(data[: len(data) // 2], name)[""].status == "failed"


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_never_raises_and_always_leaves_a_row(read_inside, mutations, name):
    for broken in mutations(written(name), 15):
        assert read_inside(broken, name)
