"""Delimited text that is split before it is parsed says the same as text that is parsed as it is read."""

from __future__ import annotations

import io
import pickle
from contextlib import ExitStack
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.model.asset import TableChunk
from pii_audit.sources.format import content as contents
from pii_audit.sources.format import delimited, record_ends, records, splitter
from pii_audit.sources.format.content import Content
from pii_audit.sources.format.delimited import DelimitedReading, Dialect, UnparsedRows
from pii_audit.sources.format.encoding import Encoding
from pii_audit.sources.format.splitter import Splitter
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger


def reading(data: bytes, dialect: Dialect, stream=None) -> DelimitedReading:
    content = Content(stream or io.BytesIO(data))
    return DelimitedReading(content, dialect, Ledger("s", "a.csv"), Sampling())


def rows(chunks):
    """All cells that are there, by row and column."""
    return {
        number: {name: cells[place] for name, cells in chunk.columns.items() if cells[place] is not None}
        for chunk in chunks
        for place, number in enumerate(chunk.rows)
    }


def parsed_as_it_is_read(data: bytes, dialect: Dialect):
    with mock.patch.object(delimited, "LINE_BY_LINE", ()):
        whole = reading(data, dialect)
        chunks = list(whole)
    assert not any(chunk.id.startswith("bytes") for chunk in chunks)
    return rows(chunks), whole.coverage()


def parsed_elsewhere(data: bytes, dialect: Dialect):
    """What others parse, each part by itself, the last one first."""
    split = reading(data, dialect)
    portions = [pickle.loads(pickle.dumps(one)) for one in split.portions()]
    found = {}
    for place, portion in reversed(list(enumerate(portions))):
        chunk = portion
        if not isinstance(chunk, TableChunk):
            chunk, noted = portion.parsed()
            split.note(noted)
        assert chunk.id == portion.id
        found[place] = chunk
    cells = [row for place in sorted(found) for row in rows([found[place]]).values()]
    assert len({one.id for one in portions}) == len(portions)
    return dict(enumerate(cells)), split.coverage(), portions


def agree(data: bytes, dialect: Dialect):
    expected = parsed_as_it_is_read(data, dialect)
    split = reading(data, dialect)
    assert (rows(split), split.coverage()) == expected
    *told, portions = parsed_elsewhere(data, dialect)
    assert tuple(told) == expected
    return portions


pieces = st.sampled_from(
    [
        *(piece.encode() for piece in ("a", "b1", "张", "|", ",", ",", '"', '"', '""', ',"', '",', '"\n', "\n", "\n")),
        *(
            b"\r\n",
            b"\r",
            b"\0",
            b"\xff",
            b"\xb0\xa1",
            b"\x81\x7c",
            b'\x81\x7c"',
            b"x\0y\0x\0y\0x\0y\0x\0",
            b"\xef\xbb\xbf",
        ),
        *("甲乙,丙\n".encode("gb18030"), b'a,"b\nc"\n', b'a,"b ""c"" d",e\r\n', b"1,2\n"),
    ]
)


@given(
    st.lists(pieces, max_size=60),
    st.sampled_from([",", "|"]),
    st.booleans(),
    st.integers(1, 60),
    st.integers(1, 4),
    st.integers(2, 5),
    st.integers(4, 30),
)
def test_what_is_split_anywhere_says_the_same_as_what_is_parsed_as_it_is_read(
    content, delimiter, titled, part, together, lines, characters
):
    small = [
        (contents, "HEAD", part),
        (contents, "BLOCK", part),
        (splitter, "PART", part),
        (splitter, "LARGEST", 4 * part),
        (splitter, "ROWS", together),
        (records, "BLOCK", 3 * together),
        *((module, "RECORD_LINES", lines) for module in (records, record_ends)),
        *((module, "RECORD_CHARACTERS", characters) for module in (records, record_ends)),
    ]
    with ExitStack() as patched:
        for module, name, value in small:
            patched.enter_context(mock.patch.object(module, name, value))
        agree(b"".join(content), Dialect(delimiter, 2, ("a", "b") if titled else None))


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of about 40 kB."""
    for module, name, size in (
        (contents, "HEAD", 40_000),
        (contents, "BLOCK", 10_000),
        (splitter, "PART", 40_000),
        (splitter, "LARGEST", 160_000),
        (records, "BLOCK", 10_000),
    ):
        monkeypatch.setattr(module, name, size)


TABLE = "".join(f"{number},13800{number:06},地址 {number} 号\r\n" for number in range(5000))
QUOTED = "".join(f'{number},"13800{number:06}","say ""{number}"",\nbye"\n' for number in range(5000))
INCHES = "".join(f'{number},13800{number:06},{number}" pipe\n' for number in range(5001))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "text", [TABLE, QUOTED, INCHES, TABLE + '7,"torn,x\n' + QUOTED], ids=["bare", "quoted", "inches", "torn"]
)
@pytest.mark.usefixtures("small_parts")
def test_tables_are_split_where_records_end(codec, text):
    portions = agree(("id,phone,note\n" + text).encode(codec), Dialect(",", 3, ("id", "phone", "note")))
    assert len(portions) > 3
    assert all(isinstance(one, UnparsedRows) for one in portions)


def test_a_part_holds_no_more_rows_than_a_chunk(monkeypatch):
    monkeypatch.setattr(splitter, "ROWS", 1000)
    portions = agree(TABLE.encode(), Dialect(",", 3, None))
    assert [one.data.count(b"\n") for one in portions] == [1000] * 5


@pytest.mark.usefixtures("small_parts")
def test_a_quote_that_is_never_closed_leaves_the_parts_small():
    torn = "".join(f'{number},"13800{number:06},x\n' for number in range(20_000))
    portions = agree(torn.encode(), Dialect(",", 3, None))
    assert all(isinstance(one, UnparsedRows) and one.size <= 160_000 for one in portions)


@pytest.mark.usefixtures("small_parts")
def test_quotes_beside_the_second_half_of_a_han_character_do_not_mislead():
    """In GB 18030 the second byte of 亅 (0x81 0x7C) is that of `|`."""
    half = b"\x81\x7c".decode("gb18030")
    text = "".join(f'{number}|{half}" x|"a\nb"\n' for number in range(8000))
    agree(("编号|说明|备注内容\n" + text).encode("gb18030"), Dialect("|", 3, ("编号", "说明", "备注内容")))


class Broken(io.BytesIO):
    """Fails at its end."""

    def read(self, size=-1):
        data = super().read(size)
        if not data:
            raise OSError(5, "broken")
        return data


@pytest.mark.usefixtures("small_parts")
def test_what_was_read_before_a_stream_breaks_is_parsed():
    data = (TABLE + '1,"2').encode()
    broken = reading(data, Dialect(",", 3, None), Broken(data))
    assert len(rows(broken)) == 5001
    assert "broken" in str(broken.coverage().reason)


def test_bytes_without_any_end_of_a_line_are_left_to_whoever_parses_as_it_reads(monkeypatch):
    monkeypatch.setattr(splitter, "SEGMENT", 1000)
    monkeypatch.setattr(splitter, "PART", 2000)
    data = b"a,b\n" * 600 + b"x" * 1500 + b"\n" + b"a,b\n" * 600
    split = Splitter(iter((data,)), Encoding("utf-8"), ",")
    parts = list(split.parts())
    assert b"".join([*(one.data for one in parts), *split.rest()]) == data
    assert all(b"x" not in one.data for one in parts)
    assert split.line == 1 + sum(one.data.count(b"\n") for one in parts)
