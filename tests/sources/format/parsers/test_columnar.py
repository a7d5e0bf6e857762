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


FLAT = pa.table(
    {
        "name": ["张三", None, "a\0b"],
        "phone": pa.array([13800138000, None, 2]),
        "raw": pa.array([b"a@b.cn", None, b"\xff\x00"], pa.binary()),
        "opened": pa.array([date(2026, 6, 1), None, date(2026, 6, 2)]),
        "balance": pa.array([Decimal("1280.50"), None, Decimal("0.10")]),
        "open": [True, None, False],
        "kind": pa.array(["Y", None, "N"]).dictionary_encode(),
        "nothing": pa.nulls(3),
    }
)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
@pytest.mark.parametrize(
    "names", [FLAT.schema.names, ["id", "id", *FLAT.schema.names[2:]], ["13800138000", *FLAT.schema.names[1:]]]
)
def test_cells_are_those_of_the_records_however_they_are_taken(read_inside, name, names):
    out = io.BytesIO()
    FORMATS[name](FLAT.rename_columns(names), out)
    read = read_inside(out.getvalue(), name)[""]
    with_nested = FLAT.rename_columns(names).append_column("nested", pa.array([[], [], []], pa.list_(pa.string())))
    out = io.BytesIO()
    FORMATS[name](with_nested, out)
    by_record = read_inside(out.getvalue(), name)[""]
    assert list(read.rows.values()) == [
        {key: value for key, value in row.items() if key != "nested"} for row in by_record.rows.values()
    ]


LONG = "x" * 300_000
TWICE = pa.DictionaryArray.from_arrays(pa.array([0] * 400 + [1], pa.int32()), [LONG, "13800138000"])
REPEATED = {
    "flat": TWICE,
    "struct": pa.StructArray.from_arrays([TWICE], ["a"]),
    "list": pa.ListArray.from_arrays(list(range(402)), TWICE),
    "map": pa.MapArray.from_arrays(list(range(402)), pa.array(["a"] * 401), TWICE),
}


@pytest.mark.parametrize("kind", REPEATED)
def test_values_of_a_dictionary_are_spelt_out_a_few_at_a_time(read_inside, kind):
    out = io.BytesIO()
    as_arrow(pa.table({"v": REPEATED[kind]}), out)
    read = read_inside(out.getvalue(), "a.arrow")[""]
    assert (read.status, len(read.rows)) == ("inspected", 401)
    assert "13800138000" in "".join(read.rows[400].values())


def test_a_few_large_rows_are_taken_one_by_one(read_inside):
    out = io.BytesIO()
    as_arrow(pa.table({"v": ["x" * (30 << 20) + str(13800138000 + at) for at in range(3)]}), out)
    read = read_inside(out.getvalue(), "a.arrow")[""]
    assert [row["v"][-11:] for row in read.rows.values()] == ["13800138000", "13800138001", "13800138002"]


def as_text(*values):
    """A column of text that holds these bytes."""
    ends = [sum(map(len, values[:count])) for count in range(len(values) + 1)]
    buffers = [None, pa.array(ends, pa.int32()).buffers()[1], pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("nested", [False, True])
def test_values_that_python_has_not_are_read(read_inside, name, nested):
    columns = {
        "name": as_text("张三".encode("gb18030"), "李四".encode()),
        "at": pa.array([1577836800000000001, 0], pa.timestamp("ns")),
        "plain": ["13800138000", "x"],
    }
    if nested:
        columns = {"s": pa.StructArray.from_arrays([pa.array(one) for one in columns.values()], list(columns))}
    out = io.BytesIO()
    FORMATS[name](pa.table(columns), out)
    read = read_inside(out.getvalue(), name)[""]
    assert read.status == "inspected"
    before = "$.s." if nested else ""
    assert [row[f"{before}name"] for row in read.rows.values()] == ["张三", "李四"]
    assert read.rows[0][f"{before}at"] == "2020-01-01 00:00:00.000000001"
    assert read.rows[0][f"{before}plain"] == "13800138000"


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_what_is_said_of_the_file_is_read(read_inside, name):
    out = io.BytesIO()
    FORMATS[name](pa.table({"x": ["y"]}).replace_schema_metadata({"note": "call 13600136000"}), out)
    assert read_inside(out.getvalue(), name)[""].text == "note: call 13600136000\n"
