from __future__ import annotations

import csv
import errno
import io
import itertools
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pii_audit.sources.format import records
from pii_audit.sources.format.records import Records
from pii_audit.sources.interface import Sampling

PEOPLE = "姓名,手机号,备注\n张三,13800138000,a\n李四,13900139000,b\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_table_reads_the_same_in_every_encoding_and_delimiter(read_bytes, codec, delimiter):
    read = read_bytes(PEOPLE.replace(",", delimiter).encode(codec), "people.dat")
    assert read.fields == ["姓名", "手机号", "备注"]
    assert read.rows[1] == {"姓名": "李四", "手机号": "13900139000", "备注": "b"}
    assert (read.status, read.coverage.rows, read.coverage.total) == ("inspected", 2, 2)


def test_a_file_without_header_loses_no_row(read_bytes):
    read = read_bytes("张三,13800138000,a\n李四,13900139000,b\n".encode())
    assert read.fields == ["column 1", "column 2", "column 3"]
    assert [row["column 2"] for row in read.rows.values()] == ["13800138000", "13900139000"]


def test_a_first_row_of_plain_words_that_no_one_uses_for_columns_is_data(read_bytes):
    assert read_bytes("张三,杭州\n李四,北京\n".encode()).rows[0] == {"column 1": "张三", "column 2": "杭州"}


def test_a_header_without_rows_is_still_a_header(read_bytes):
    read = read_bytes("姓名,手机号\n".encode())
    assert read.fields == ["姓名", "手机号"]
    assert (read.status, read.coverage.rows) == ("inspected", 0)


def test_ragged_rows_lose_no_cell_and_are_counted_with_the_first_line(read_bytes):
    read = read_bytes(b"id,name,city\n1,Ann,X\n2,Bob\n3,Cid,Z,13800138000,more\n4,Dee,Y\n")
    assert read.rows[1] == {"id": "2", "name": "Bob", "city": None, "column 4": None, "column 5": None}
    assert read.rows[2]["column 4"] == "13800138000"
    assert read.rows[2]["column 5"] == "more"
    assert read.status == "inspected"
    assert read.reason == "2 row(s) have more or fewer cells, the first in line 3"


def test_a_second_column_of_the_same_name_keeps_its_own_values(read_bytes):
    read = read_bytes(b"phone,phone,name\n13800138000,13900139000,A\n13800138001,13900139001,B\n")
    assert read.rows[0] == {"phone": "13800138000", "phone (2)": "13900139000", "name": "A"}


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(read_bytes):
    read = read_bytes(b'name,note,city\nA,"x, ""y""\r\nz",P\nB,q,R\n')
    assert read.rows[0]["note"] == 'x, "y"\r\nz'


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(read_bytes):
    rows = [f"{number},13800{number:06},ok" for number in range(1000)]
    rows[10] = '10,"13800000010,ok'
    read = read_bytes(("id,phone,state\n" + "\n".join(rows)).encode())
    assert len(read.rows) == 1000
    assert read.rows[11]["phone"] == "13800000011"
    assert "13800000010" in "".join(cell or "" for cell in read.rows[10].values())
    assert "never closed" in read.reason


def test_nul_characters_inside_cells_separate_and_are_reported(read_bytes):
    read = read_bytes(b"id,phone,state\n1,13800138000\x0013900139000,x\n2,13800138001,y\n")
    assert read.rows[0]["phone"] == "13800138000\n13900139000"
    assert "1 NUL" in read.reason


def test_a_row_with_a_hundred_thousand_cells_is_read_without_as_many_columns(read_bytes):
    wide = ",".join(str(number) for number in range(100_000))
    read = read_bytes(f"a,b,c\n1,2,3\n4,5,6\n{wide}\n".encode())
    assert len(read.rows[2]) <= 10_001
    assert "99999" in read.rows[2]["column 10001"]


def test_a_log_with_one_comma_a_line_stays_text(read_bytes):
    log = b"2025-01-01 10:00:00,123 INFO started\n2025-01-01 10:00:01,456 INFO stopped\n"
    assert read_bytes(log, "app.log").text == log.decode()


def test_a_column_alone_is_a_table_in_a_file_called_csv(read_bytes):
    assert read_bytes(b"mobile\n13800138000\n").rows == {0: {"mobile": "13800138000"}}


def test_chunks_hold_20000_rows_under_stable_ids(read_bytes):
    data = b"id,phone,x\n" + b"".join(b"%d,13800138000,y\n" % number for number in range(48_000))
    read = read_bytes(data)
    assert read.ids == ["bytes 0-388880", "bytes 388881-788880", "bytes 788881-948900"]
    assert list(read.rows) == list(range(48_000))
    assert read_bytes(data.decode().encode("utf-16")).ids == ["0-19999", "20000-39999", "40000-47999"]


def test_a_sample_is_repeatable_by_its_seed_and_says_what_it_read(read_bytes):
    data = b"id,phone,x\n" + b"".join(b"%d,13800138000,y\n" % number for number in range(1000))
    first, again, other = (read_bytes(data, "a.csv", Sampling(50, seed)) for seed in (1, 1, 2))
    assert first.rows == again.rows
    assert first.ids == again.ids != other.ids
    assert set(first.rows) != set(other.rows)
    coverage = first.coverage
    assert (first.status, coverage.rows, coverage.total, coverage.draws) == ("sampled", 50, 1000, 50)
    assert all(row["id"] == str(number) for number, row in first.rows.items())


def test_a_sample_at_least_as_large_as_the_file_is_a_full_reading(read_bytes):
    read = read_bytes(PEOPLE.encode(), "a.csv", Sampling(2))
    assert (read.status, read.ids) == ("inspected", ["0-1"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.lists(st.text('ab1",\n\r 张', min_size=1, max_size=6), min_size=2, max_size=5), min_size=1, max_size=20)
)
def test_whatever_the_csv_module_writes_is_read_back(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    lines = io.StringIO(buffer.getvalue(), newline="").readlines()
    assert list(Records(iter(lines), ",")) == rows


@given(st.text('a1",\n|', max_size=80))
def test_no_character_but_syntax_is_lost_whatever_the_text(text):
    lines = io.StringIO(text, newline="").readlines()
    cells = "".join(cell for row in Records(iter(lines), ",") for cell in row)
    for kept in "a1|":
        assert cells.count(kept) == text.count(kept)


@given(st.lists(st.text('a1",\n|', max_size=12), max_size=30), st.integers(1, 12))
def test_rows_read_together_are_those_read_one_by_one_with_the_same_lines(texts, block):
    lines = io.StringIO("\n".join(texts), newline="").readlines()
    alone, together = Records(iter(lines), ","), Records(iter(lines), ",")
    one_by_one = [(alone.line, row) for row in alone]
    with mock.patch.object(records, "BLOCK", block):
        at_once = [(line, row) for rows in together.together() for line, row in enumerate(rows, together.line)]
    assert at_once == one_by_one
    assert together.strays == alone.strays


def test_what_was_read_before_a_disk_fails_is_parsed_first():
    def lines():
        yield from ("a,b\n", '"c,d\n')
        raise OSError(errno.EIO, "broken")

    for rows in (Records(lines(), ",").together(), ([row] for row in Records(lines(), ","))):
        seen = []
        with pytest.raises(OSError, match="broken"):
            seen.extend(itertools.chain.from_iterable(rows))
        assert seen == [["a", "b"], ["c,d\n"]]


def test_a_line_of_20_mb_in_the_middle_of_a_table_is_read_in_full(read_bytes):
    long = b"13800138000," * (20 * (1 << 20) // 12)
    read = read_bytes(b"a,b,c\n1,2,3\n4,5,6\n" * 60_000 + long + b"\n7,8,9\n")
    found = sum(cell.count("13800138000") for row in read.rows.values() for cell in row.values() if cell)
    assert found == len(long) // 12
    assert read.status == "inspected"
