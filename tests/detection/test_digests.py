"""What is a digest by its shape, how values and digests are made comparable, and SM3 by its standard."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.digests import (
    ALGORITHMS,
    DRAWN,
    DRAWN_BESIDE,
    DRAWN_CHUNKS,
    DRAWN_FIRST,
    digest,
    digests,
    draw_of,
    hashed,
)
from pii_audit.detection.sm3 import sm3, sm3_plain
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import TableChunk, TextChunk
from pii_audit.model.evidence import Digests
from pii_audit.model.fingerprint import Fingerprinter

KEY = Fingerprinter(bytes(32))
MOBILES = [f"138{number:08d}" for number in range(100)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_examples_of_gb_t_32905_2016_annex_a(content, expected):
    assert sm3_plain(content).hex() == expected
    assert sm3(content).hex() == expected


@given(st.binary(max_size=300))
def test_our_sm3_and_that_of_openssl_agree(content):
    assert sm3_plain(content) == sm3(content)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    "written",
    [
        bytes.hex,
        lambda content: content.hex().upper(),
        lambda content: "0x" + content.hex(),
        lambda content: "\\x" + content.hex(),
        lambda content: f" {content.hex()} ",
        lambda content: base64.b64encode(content).decode(),
        lambda content: base64.urlsafe_b64encode(content).decode().rstrip("="),
    ],
)
def test_a_digest_is_one_however_it_is_written(algorithm, written):
    size, make = ALGORITHMS[algorithm]
    content = make(b"13800000001")
    assert len(content) == size
    if len(written(content).strip()) < 16:
        pytest.skip("eight bytes in base64 are too short to be told")
    assert digest(written(content)) == content


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "13800000001",
        "6222020200112233",
        "6222020200112233445566778899001122334455",
        "5f4dcc3b5aa765d61d8327deb882cf9",
        "5f4dcc3b5aa765d61d8327deb882cf99z",
        "InternationalBankTransfer",
        "550e8400-e29b-41d4-a716-446655440000",
        "客户" * 16,
        "\ud800" * 32,
        "5f4dcc3b 5aa765d61d8327deb882cf9",
    ],
)
def test_words_numbers_and_uuids_are_no_digests(cell):
    assert digest(cell) == b""


def test_a_column_is_one_of_digests_where_most_of_it_is():
    hashes = [hashlib.md5(mobile.encode()).hexdigest() for mobile in MOBILES]
    assert digests(hashes, [2] * 100, KEY).rows == {16: 200}
    assert digests([*hashes[:60], *map(str, range(40))], [1] * 100, KEY).rows == {16: 60}
    assert digests([*hashes[:40], *map(str, range(60))], [1] * 100, KEY) == Digests()
    assert digests([], [], KEY) == Digests()


def test_what_is_kept_of_values_and_digests_tells_nothing_without_the_key():
    hashes = [hashlib.sha256(mobile.encode()).hexdigest() for mobile in MOBILES]
    kept = hashed(load_catalogue()["cn_mobile"], dict(zip(MOBILES, MOBILES, strict=True)), 100, KEY)
    assert digests(hashes, [1] * 100, KEY).seen.met(kept.usual) == (100, 100.0)
    other = Fingerprinter(bytes(31) + b"\1")
    assert digests(hashes, [1] * 100, other).seen.met(kept.usual) == (0, 0.0)
    everything = repr(kept) + repr(digests(hashes, [1] * 100, KEY))
    assert not any(text in everything for one in (*MOBILES, *hashes) for text in (one, repr(bytes.fromhex(one[:10]))))


def test_so_many_values_are_drawn_evenly():
    kept = hashed(load_catalogue()["cn_mobile"], dict(zip(MOBILES, MOBILES, strict=True)), 10, KEY)
    assert len(kept.drawn) == 10


def test_the_first_chunk_and_those_beside_digests_are_drawn_from_and_few_of_the_others():
    column = {"a": ["x"] * 3}
    hashes = {"a": ["x"] * 3, "b": [hashlib.md5(b"1").hexdigest()] * 3}
    assert draw_of(TableChunk("0-2", range(3), column)) == DRAWN_FIRST
    assert draw_of(TableChunk("9000-9002", range(9000, 9003), hashes)) in (DRAWN, DRAWN_BESIDE)
    assert draw_of(TextChunk("0", 0, "")) == DRAWN_FIRST
    assert draw_of(TableChunk("0", (), {})) == DRAWN_FIRST
    later = [draw_of(TableChunk(f"{row}-", range(row, row + 3), column)) for row in range(5000, 5_000_000, 5000)]
    assert set(later) == {0, DRAWN}
    assert 0.5 < later.count(DRAWN) * DRAWN_CHUNKS / len(later) < 2
