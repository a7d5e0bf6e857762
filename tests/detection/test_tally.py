"""Tallies add up: cut a table or a text anywhere, in any order, and the same is said of it."""

from __future__ import annotations

import random
from collections import Counter
from functools import reduce
from itertools import pairwise
from operator import add

from hypothesis import given, settings
from hypothesis import strategies as st

from pii_audit.detection import Detector, judge
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk, TextChunk
from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.model.evidence import FREE_TEXT, SAMPLES, AssetTally
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import PLAIN_EQUIVALENT

DETECTOR = Detector(load_catalogue(), Fingerprinter(b"a key of the tests"), names=True)
READ = Coverage("s", "a", CoverageStatus.INSPECTED)
FIELDS = ("cust_name", "mobile", "id_card", "card_no", "note")
TABLE = Asset("s", "customer", AssetKind.TABLE, tuple(map(Field, FIELDS)))
TEXT = Asset("s", "a.log", AssetKind.FILE)
VALUES = (
    *(
        None,
        "",
        "无",
        "张伟",
        "王芳",
        "李*",
        "13800138000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 13900139000",
        "138****8000",
    ),
    *("11010519491231002X", "11010519491231002x", "110105194912310021", "1****************X", "6222020000001234566"),
    *(
        "6222020000001234567,6222020000001234566",
        "cvv2=123",
        "CVV2=***",
        'password="',
        'abcd1234"',
        "İ MOBILE 13700137000",
    ),
    *(
        "13800138000.0",
        "3.14",
        "2026-07-31",
        "电话13600136000,证件11010519900307005X",
        "a@b.com",
        "A@B.com",
        "\0",
        "\ud800",
    ),
)
CELLS = st.sampled_from(VALUES) | st.text(max_size=12)
ROWS = st.lists(st.tuples(*[CELLS] * len(FIELDS)), min_size=1, max_size=30)
LINES = st.lists(
    st.lists(st.sampled_from([value for value in VALUES if value]) | st.text(max_size=8), max_size=5).map(" ".join),
    min_size=1,
    max_size=20,
).map(lambda lines: [line.replace("\n", " ").replace("\r", " ") for line in lines])


def chunk(rows, start: int) -> TableChunk:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(FIELDS)}
    return TableChunk(str(start), range(start, start + len(rows)), columns)


def pieces(items, cuts):
    edges = sorted({0, len(items), *(cut % (len(items) + 1) for cut in cuts)})
    return [(start, items[start:end]) for start, end in pairwise(edges)]


def content(tally: AssetTally):
    """Everything of a tally but the names of its chunks."""
    return tally.rows, tally.characters, tally.fields, tally.together


@given(ROWS, st.lists(st.integers(0, 99), max_size=5), st.randoms())
def test_a_table_cut_anywhere_and_added_in_any_order_is_the_same_table(rows, cuts, shuffled):
    whole = DETECTOR.tally(TABLE, chunk(rows, 0))
    parts = [DETECTOR.tally(TABLE, chunk(part, start)) for start, part in pieces(rows, cuts)]
    shuffled.shuffle(parts)
    total = reduce(add, parts)
    assert content(total) == content(whole)
    judged, expected = judge(DETECTOR, TABLE, total, READ), judge(DETECTOR, TABLE, whole, READ)
    assert Counter(judged.fields) == Counter(expected.fields)
    assert judged.persons == expected.persons


@given(LINES, st.lists(st.integers(0, 99), max_size=5), st.randoms())
def test_a_text_cut_at_line_ends_is_the_same_text(lines, cuts, shuffled):
    whole = DETECTOR.tally(TEXT, TextChunk("all", 0, "".join(f"{line}\n" for line in lines)))
    parts = [
        DETECTOR.tally(TEXT, TextChunk(str(start), 0, "".join(f"{line}\n" for line in part)))
        for start, part in pieces(lines, cuts)
    ]
    shuffled.shuffle(parts)
    assert content(reduce(add, parts)) == content(whole)


@given(ROWS)
def test_what_is_located_is_what_is_tallied(rows):
    tally = DETECTOR.tally(TABLE, chunk(rows, 0))
    located: dict[tuple[str, str], set[int]] = {}
    for row, name, match, cell in DETECTOR.located(TABLE, chunk(rows, 0)):
        assert rows[row][FIELDS.index(name)] == cell
        assert 0 <= match.start < match.end <= len(cell)
        located.setdefault((name, match.identifier), set()).add(row)
    counted = {
        (name, identifier): evidence.hits
        for name, field in tally.fields.items()
        for identifier, evidence in field.evidence.items()
        if evidence.hits
    }
    assert {key: len(rows) for key, rows in located.items()} == counted


@given(ROWS)
def test_what_stands_together_in_a_row_is_counted_by_row(rows):
    tally = DETECTOR.tally(TABLE, chunk(rows, 0))
    exposed: dict[int, set[str]] = {}
    for row, _, match, _ in DETECTOR.located(TABLE, chunk(rows, 0)):
        if match.form in PLAIN_EQUIVALENT:
            exposed.setdefault(row, set()).add(match.identifier)
    assert Counter(frozenset(found) for found in exposed.values() if len(found) > 1) == tally.together


@given(st.text(max_size=200) | LINES.map("\n".join))
def test_any_text_gives_spans_within_it_that_do_not_overlap_and_are_the_same_again(text):
    matches = DETECTOR.text_matches(text)
    assert matches == DETECTOR.text_matches(text)
    edge = 0
    for match in matches:
        assert edge <= match.start < match.end <= len(text)
        assert 0 < match.score <= 0.95
        edge = match.end


@settings(max_examples=50)
@given(st.lists(st.text(max_size=40), max_size=20), st.sampled_from(FIELDS) | st.text(max_size=10))
def test_any_column_under_any_name_is_judged(values, name):
    asset = Asset("s", name, AssetKind.TABLE, (Field(name),))
    judged = judge(DETECTOR, asset, DETECTOR.tally(asset, TableChunk("0", range(len(values)), {name: values})), READ)
    assert all(0.5 <= one.confidence <= 0.99 and 0 < one.hits <= one.rows_inspected for one in judged.fields)


def table_of(columns) -> AssetTally:
    rows = len(next(iter(columns.values())))
    return DETECTOR.tally(TABLE, TableChunk("0", range(rows), columns))


def test_rows_filled_refusals_and_months_are_counted():
    field = table_of({"mkt_flag": ["Y", "N", "否", None, "2026-07-31", "2026年7月1日", "20260801", ""]}).fields[
        "mkt_flag"
    ]
    assert (field.rows, field.filled, field.refused) == (8, 6, 2)
    assert field.months == {"2026-07": 2, "2026-08": 1}


def test_sentences_are_counted_and_addresses_are_none():
    sentences = [
        "客户来电,称王小明在杭州办理了按揭贷款。",
        "The customer called to say that he has moved to another town",
    ]
    others = [
        "浙江省杭州市西湖区文三路100号2幢301室",
        "1 Infinite Loop, Cupertino",
        "20260701",
        "ORD-2026-000012345",
        None,
    ]
    assert table_of({"note": [*sentences, *others]}).fields["note"].prose == 2


def test_only_a_yes_a_date_or_a_reference_proves_consent():
    given = ["同意", "TRUE", "1", "已授权", "CS-2024-17", "2026-07-31 10:00:00"]
    not_given = ["拒绝", "已撤回", "未同意", "Z", "2", "null", "NULL", "0", "0000", "不同意"]
    field = table_of({"flag": [*given, *not_given]}).fields["flag"]
    assert (field.filled, field.refused) == (len(given) + len(not_given), len(not_given))


def test_one_person_written_in_many_ways_is_one_person():
    spellings = ["13800138000", "138-0013-8000", "+86 138 0013 8000", "１３８００１３８０００", "13800138000.0"]
    evidence = table_of({"mobile": spellings}).fields["mobile"].evidence["cn_mobile"]
    assert (evidence.hits, len(evidence.persons)) == (5, 1)


def test_persons_of_many_chunks_are_counted_once(numbers):
    mobiles = [numbers.mobile() for _ in range(6_000)]
    halves = [mobiles[:4_000], mobiles[2_000:]]
    tallies = [
        DETECTOR.tally(TABLE, TableChunk(str(place), range(len(half)), {"mobile": half}))
        for place, half in enumerate(halves)
    ]
    total = sum(tallies, AssetTally()).fields["mobile"].evidence["cn_mobile"]
    assert total.hits == 8_000
    assert abs(len(total.persons) - len(set(mobiles))) < 0.04 * len(set(mobiles))
    once = DETECTOR.tally(TABLE, TableChunk("9", range(len(mobiles)), {"mobile": mobiles}))
    assert total.persons == once.fields["mobile"].evidence["cn_mobile"].persons


def test_samples_are_few_masked_and_chosen_by_the_key_not_by_the_order(numbers):
    mobiles = [numbers.mobile() for _ in range(200)]
    samples = table_of({"mobile": mobiles}).fields["mobile"].evidence["cn_mobile"].samples
    assert len(samples) == SAMPLES
    assert all(sample.masked.count("*") >= 4 for sample in samples)
    random.Random(1).shuffle(mobiles)
    assert table_of({"mobile": mobiles}).fields["mobile"].evidence["cn_mobile"].samples == samples
    other = Detector(load_catalogue(), Fingerprinter(b"another key"))
    again = other.tally(TABLE, TableChunk("0", range(200), {"mobile": mobiles})).fields["mobile"].evidence["cn_mobile"]
    assert again.samples != samples


def test_samples_may_be_left_out():
    silent = Detector(load_catalogue(), Fingerprinter(b"k"), samples=False)
    field = silent.tally(TABLE, TableChunk("0", range(1), {"mobile": ["13800138000"]})).fields["mobile"]
    assert field.evidence["cn_mobile"].samples == ()


def test_only_the_identifiers_that_were_asked_for_are_found():
    few = Detector(load_catalogue(), Fingerprinter(b"k"), only=["email"])
    assert [one.identifier for one in few.text_matches("13800138000 a@b.com 138****8000")] == ["email"]


def test_lines_of_a_text_are_its_rows():
    tally = DETECTOR.tally(TEXT, TextChunk("0", 0, "13800138000 13900139000\n无\n13800138000 a@b.com"))
    field = tally.fields[FREE_TEXT]
    assert (tally.rows, field.evidence["cn_mobile"].hits, len(field.evidence["cn_mobile"].persons)) == (3, 2, 2)
    assert tally.together == {frozenset({"cn_mobile", "email"}): 1}


def test_no_value_stands_in_the_repr_of_anything_that_is_kept(numbers):
    planted = {
        "mobile": [numbers.mobile() for _ in range(20)],
        "id_card": [numbers.resident_id() for _ in range(20)],
        "card_no": [numbers.card() for _ in range(20)],
        "cust_name": ["欧阳修远"] * 20,
        "note": [f"cvv2={913 + place}9 password=hunter{place}22" for place in range(20)],
    }
    tally = table_of(planted)
    judged = judge(DETECTOR, TABLE, tally, READ)
    assert {one.identifier for one in judged.fields} >= {"cn_mobile", "cn_resident_id", "bank_card", "person_name"}
    written = repr((tally, judged, DETECTOR, judged.fields))
    assert not [value for cells in planted.values() for value in cells if value in written]
    assert "hunter" not in written


def test_cards_of_other_institutions_are_counted_by_their_leading_digits() -> None:
    def luhn(body: str) -> str:
        digits = [int(digit) for digit in body[::-1]]
        total = sum(sum(divmod(2 * one, 10)) if place % 2 == 0 else one for place, one in enumerate(digits))
        return body + str(-total % 10)

    own, other = luhn("629988104729358160"), luhn("622848104729358160")
    table = Asset("s", "payment", AssetKind.TABLE, (Field("card_no"), Field("note")))
    columns = {"card_no": [own, other, other, None], "note": [f"卡号 {own}", f"{own} {other}", "622848******0000", ""]}
    chunk = TableChunk("0", range(4), columns)

    def foreign(*bins: str) -> list[int]:
        detector = Detector(load_catalogue(), Fingerprinter(b"a key of the tests"), own_bins=bins)
        tally = detector.tally(table, chunk) + AssetTally()
        return [tally.fields[name].evidence["bank_card"].foreign for name in columns]

    assert foreign("629988") == [2, 1]
    assert foreign("629988", "6228") == [0, 0]
    assert foreign() == [0, 0]
