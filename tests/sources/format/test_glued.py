"""Fixed-width records that no layout describes: what cannot be told in them is no file read in full."""

from __future__ import annotations

import hashlib
import random

import pytest

from pii_audit.model.coverage import CoverageStatus
from pii_audit.sources.format.files import readings
from pii_audit.sources.format.fixed_width import Layout, Place

corpus = pytest.importorskip("benchmarks.corpus.values", reason="needs the checkout")
LINES = 40


@pytest.fixture
def coverage(tmp_path, read_all):
    def of(lines, name="cust.dat", layouts=(), encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
        [one] = read_all(readings(path, "s", name, layouts=layouts))
        return one.coverage

    return of


def records(pattern):
    source = random.Random(11)
    for number in range(LINES):
        card = corpus.card_number(source, separable=True).replace(" ", "")
        yield pattern.format(
            number=number,
            id=corpus.resident_number(source),
            mobile=corpus.mobile_number(source),
            card=card,
            amount=source.randrange(10**9),
            day=f"20{source.randrange(10, 26)}{source.randrange(1, 13):02d}{source.randrange(1, 29):02d}",
            clock=f"13{source.randrange(60):02d}{source.randrange(60):02d}",
            letter=source.choice("ABCDEF"),
        )


@pytest.mark.parametrize(
    ("pattern", "column", "title"),
    [
        ("{number:08d}{id}{mobile}{day}{amount:015d}", 9, "a resident ID number"),
        ("{id}ZHANG SAN      {day}", 1, "a resident ID number"),
        ("{letter}{number:06d} X{card:<19}{day}{amount:015d}", 10, "a card number"),
        ("{number:08d}{mobile}{day}", 9, "a mobile number"),
    ],
)
def test_numbers_that_stand_glued_at_one_place_make_the_file_one_that_was_not_read(coverage, pattern, column, title):
    row = coverage(records(pattern))
    assert row.status is CoverageStatus.FAILED
    assert row.reason.en.startswith(f"from column {column} on {title} stands glued")


def test_places_count_bytes_where_names_stand_before(coverage):
    names = ["张三", "欧阳修文", "李小龙"]
    lines = []
    for number, record in enumerate(records("{id}{mobile}")):
        name = names[number % 3]
        lines.append(f"{name}{' ' * (10 - len(name.encode('gb18030')))}{record}")
    row = coverage(lines, encoding="gb18030")
    assert row.status is CoverageStatus.FAILED
    assert row.reason.en.startswith("from column 11 on")


def test_with_a_layout_they_are_read(coverage):
    layout = Layout((Place("no", 0, 8), Place("id", 8, 26), Place("mobile", 26, 37)))
    row = coverage(records("{number:08d}{id}{mobile}"), layouts=(("*.dat", layout),))
    assert row.status is CoverageStatus.INSPECTED


@pytest.mark.parametrize(
    "pattern",
    [
        "{number:08d} {id} {mobile} {day}",
        "姓名：张三，身份证号：{id}，手机：{mobile}。",
        "{day}{amount:015d}{number:020d}{day}",
        "{number:08d}{day}00000000000000000000{day}{amount:012d}",
        "{day} 12:00:00 INFO trace={day}120000{number:018d} done",
        "{day} {clock} INFO trace={day}{clock}{number:012d} done",
        "4200001{day}{amount:012d}{number:09d}",
        "62{number:015d}{day}{amount:017d}",
    ],
)
def test_other_lines_of_one_width_are_read(coverage, pattern):
    assert coverage(records(pattern)).status is CoverageStatus.INSPECTED


def test_digests_are_no_records(coverage):
    lines = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(200)]
    assert coverage(lines).status is CoverageStatus.INSPECTED
