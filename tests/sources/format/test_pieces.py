"""Texts cut into pieces: joined they are the text, and what is cut out leaves everything else as it was."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.errors import UsageError
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.format.fixed_width import Layout, Place
from pii_audit.sources.format.pieces.files import Rewritten, cutter
from pii_audit.sources.format.pieces.interface import CutError, Edits, Slot

CELL = st.text(st.sampled_from('ab,"1 张\t;'), max_size=6)


def cut(data, name, edits=None, layouts=()):
    content = Rewritten(io.BytesIO(data))
    pieces = list(cutter(content, Asset("", name, AssetKind.FEED), layouts).pieces(edits or Edits()))
    text = "".join(one.raw if isinstance(one, Slot) else one for one in pieces)
    return pieces, content.mark + content.encoded(text)


def slots(pieces):
    return [(one.column, one.value) for one in pieces if isinstance(one, Slot)]


def rewritten(pieces, values):
    return "".join(one if isinstance(one, str) else one.write(values.get(one.value, one.value)) for one in pieces)


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    last=st.booleans(),
)
def test_delimited_text_without_edits_is_itself(rows, quoting, end, codec, last):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["name", "mobile", "note"], *rows])
    data = (text.getvalue() if last else text.getvalue().removesuffix(end)).encode(codec)
    try:
        again = cut(data, "a.csv", Edits(treated=frozenset({"name", "mobile", "note"})))[1]
    except CutError:
        return  # another delimiter was found to fit better, and its quotation marks belong to none
    assert again == data


@given(rows=st.lists(st.lists(st.text(st.sampled_from('ab,"1 张'), max_size=6), min_size=3, max_size=3), max_size=8))
def test_a_column_that_is_dropped_leaves_the_cells_of_the_others_as_they_stood(rows):
    rows = [["A", "13800138000", "z"]] * 3 + rows
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([["name", "mobile", "note"], *rows])
    again = cut(text.getvalue().encode(), "a.csv", Edits(dropped=frozenset({"mobile"})))[1]
    wanted = io.StringIO(newline="")
    csv.writer(wanted, lineterminator="\r\n").writerows([["name", "note"], *([row[0], row[2]] for row in rows)])
    assert list(csv.reader(io.StringIO(again.decode(), newline=""))) == list(
        csv.reader(io.StringIO(wanted.getvalue(), newline=""))
    )


def test_values_are_handed_out_and_written_with_the_quotes_that_they_need():
    data = b'name,note\r\nA,"x ""y"""\r\n"B",z\r\n'
    pieces, _ = cut(data, "a.csv", Edits(treated=frozenset({"name", "note"})))
    assert slots(pieces) == [("name", "A"), ("note", 'x "y"'), ("name", "B"), ("note", "z")]
    assert rewritten(pieces, {"A": 'p,"q', "z": None}) == 'name,note\r\n"p,""q","x ""y"""\r\n"B",\r\n'


def test_columns_get_new_names_in_the_header_alone():
    data = b'"mobile",name\n"13800138000",mobile\n13900139000,x\n'
    assert cut(data, "a.csv", Edits(renamed={"mobile": "mobile_hmac"}))[1] == data.replace(
        b'"mobile"', b'"mobile_hmac"'
    )


def test_rows_with_more_or_fewer_cells_keep_them():
    data = b"a,b,c\n1,2,3\n1,2\n1,2,3,4,5\n\n7,8,9"
    assert cut(data, "a.csv")[1] == data
    pieces, _ = cut(data, "a.csv", Edits(treated=frozenset({"column 5"})))
    assert slots(pieces) == [("column 5", "5")]
    assert cut(data, "a.csv", Edits(dropped=frozenset({"b", "column 4"})))[1] == b"a,c\n1,3\n1\n1,3,5\n\n7,9"


@pytest.mark.parametrize(
    "data", [b'a,b\n1,x"y\n2,"z\n3,4\n', b'a,b\n"1"x,2\n"3""4",5\n', b'a,b\n1,"two\nlines"\n', b"a,b\n\xff\xfe,1\n"]
)
def test_stray_quotes_and_lines_within_cells_stay(data):
    assert cut(data.replace(b"\xff\xfe", "é".encode()), "a.csv")[1] == data.replace(b"\xff\xfe", "é".encode())


def test_a_row_of_too_many_cells_is_not_cut_on_a_guess():
    with pytest.raises(CutError, match="line 2"):
        cut(b"a,b\n" + b"1," * 20_000 + b"\n1,2\n", "a.csv", Edits(dropped=frozenset({"b"})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(
    value=st.lists(st.dictionaries(st.sampled_from(["a", "b", "c d"]), JSON), min_size=1),
    indent=st.sampled_from([None, 2]),
)
def test_json_without_edits_is_itself(value, indent):
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert cut(data, "a.json", Edits(treated=frozenset({"a", "$.a[*]"})))[1] == data
    lines = "".join(json.dumps(one) + "\n" for one in value).encode()
    assert cut(lines, "a.jsonl", Edits(treated=frozenset({"a"})))[1] == lines


@given(
    value=st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers() | st.text(max_size=3)), min_size=1)
)
def test_json_members_that_are_dropped_leave_valid_json_without_them(value):
    edits = Edits(dropped=frozenset({"b"}))
    wanted = [{name: what for name, what in one.items() if name != "b"} for one in value]
    assert json.loads(cut(json.dumps(value).encode(), "a.json", edits)[1]) == wanted
    lines = "".join(json.dumps(one) + "\n" for one in value).encode()
    assert [json.loads(line) for line in cut(lines, "a.jsonl", edits)[1].splitlines()] == wanted


def test_json_values_go_by_their_paths_and_are_escaped_as_they_were():
    data = '[{"a": {"b": [1380, "张"]}, "a b": "\\u5f20", "n": null, "t": true}]'.encode()
    treated = Edits(treated=frozenset({"$.a.b[*]", "a b", "n", "t"}))
    pieces, _ = cut(data, "a.json", treated)
    assert slots(pieces) == [("$.a.b[*]", "1380"), ("$.a.b[*]", "张"), ("a b", "张"), ("t", "true")]
    assert rewritten(pieces, {"张": "李", "1380": "1**0", "true": None}) == (
        '[{"a": {"b": ["1**0", "李"]}, "a b": "\\u674e", "n": null, "t": null}]'
    )


def test_elements_of_json_arrays_are_dropped_with_their_commas():
    data = b'{"x": [1, 2, {"y": 3}, 4], "z": 5}\n'
    assert cut(data * 2, "a.jsonl", Edits(dropped=frozenset({"$.x[*]"})))[1] == b'{"x": [ {"y": 3}], "z": 5}\n' * 2
    assert cut(data * 2, "a.jsonl", Edits(renamed={"z": "z_hmac"}))[1] == data.replace(b'"z"', b'"z_hmac"') * 2


@pytest.mark.parametrize("data", [b'[{"a": 1}, {"a": ', b'[{"a" 1}]', b'[{"a": 1}]]', b'{"a": "x', b"[1,,2]"])
def test_broken_json_is_not_cut(data):
    with pytest.raises(CutError, match="not valid JSON"):
        cut(data, "a.json")


def test_json_in_pieces_of_any_size_is_cut_alike(monkeypatch):
    from pii_audit.sources.format import content

    data = json.dumps([{"name": "张三" * 20, "n": 12345678, "s": '\\"\\'} for _ in range(50)], indent=1).encode()
    for size in (64, 100, 333):
        monkeypatch.setattr(content, "BLOCK", size)
        monkeypatch.setattr(content, "HEAD", size)
        pieces, again = cut(data, "a.json", Edits(treated=frozenset({"n", "s"})))
        assert again == data
        assert slots(pieces) == [("n", "12345678"), ("s", '\\"\\')] * 50


LAYOUT = Layout((Place("name", 0, 6), Place("mobile", 8, 19)))


@pytest.mark.parametrize("unit", ["characters", "bytes"])
def test_fixed_width_records_keep_their_width_whatever_is_taken_out(unit):
    layouts = (("*", Layout(LAYOUT.places, unit)),)
    data = b"ABC   --13800138000zz\r\nDEFGHI--   13900139\r\n\r\nshort\r\n"
    assert cut(data, "a.txt", layouts=layouts)[1] == data
    dropped = cut(data, "a.txt", Edits(dropped=frozenset({"mobile", "rest"})), layouts)[1]
    assert dropped == b"ABC                  \r\nDEFGHI             \r\n\r\nshort\r\n"
    pieces, _ = cut(data, "a.txt", Edits(treated=frozenset({"mobile"})), layouts)
    assert slots(pieces) == [("mobile", "13800138000"), ("mobile", "13900139")]
    assert rewritten(pieces, {"13800138000": "138*", "13900139": "9*"}).startswith(
        "ABC   --138*       zz\r\nDEFGHI--         9*\r\n"
    )
    assert next(one for one in pieces if isinstance(one, Slot)).write("x" * 12) is None


def test_fixed_width_places_count_bytes_where_the_layout_says_so():
    layouts = (("*", Layout(LAYOUT.places, "bytes")),)
    data = "张三  --13800138000\n李四光--13900139000\n".encode("gb18030")
    pieces, again = cut(data, "a.txt", Edits(treated=frozenset({"name"})), layouts)
    assert again == data
    assert slots(pieces) == [("name", "张三"), ("name", "李四光")]
    assert rewritten(pieces, {"张三": "张*"}).startswith("张*   --138")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"PK\x03\x04" + bytes(100), "a.xlsx", "ZIP"),
        (b"\x1f\x8b\x08" + bytes(100), "a.csv.gz", "gzip"),
        (b"SQLite format 3\0" + bytes(100), "a.db", "SQLite"),
        (b"<?xml version='1.0'?><a>1</a>", "a.xml", "XML"),
        (b"some words in a row\nand no column\n", "a.txt", "free text"),
        (b"INSERT INTO t VALUES (1);\n", "a.sql", "SQL"),
    ],
)
def test_formats_that_cannot_be_written_anew_are_refused_by_name(data, name, kind):
    with pytest.raises(UsageError, match="cannot be fixed") as caught:
        cut(data, name)
    assert kind.lower() in str(caught.value).lower()
