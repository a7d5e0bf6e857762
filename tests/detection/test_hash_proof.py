"""Columns of digests that are the run's own values: told whatever the column is called, and never without proof."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from pii_audit.detection.digests import ALGORITHMS
from pii_audit.detection.hash_proof import proven
from pii_audit.detection.proofs import settled
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.codec import tally_from_bytes, tally_to_bytes
from pii_audit.model.evidence import Digests, Hashed
from pii_audit.model.forms import Form

CATALOGUE = load_catalogue()
MOBILES = [f"138{number * 7919 % 10**8:08d}" for number in range(1, 201)]
KEYED = [hmac.digest(b"key", mobile.encode(), "sha256").hex() for mobile in MOBILES]


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def of(one, field):
    return [statement for statement in one.fields if statement.field == field]


@pytest.fixture
def customers(table):
    return table({"mobile": MOBILES}, name="customers")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("written", [bytes.hex, lambda content: base64.b64encode(content).decode()])
def test_a_column_without_a_telling_name_is_told_by_the_values_of_another_asset(table, customers, algorithm, written):
    size, make = ALGORITHMS[algorithm]
    if size == 8 and written is not bytes.hex:
        pytest.skip("eight bytes in base64 are too short to be told")
    export = table({"k": [written(make(mobile.encode())) for mobile in MOBILES[50:90]]}, name="export")
    assert of(export, "k") == []
    before, after = proven([customers, export], CATALOGUE)
    assert before == customers
    (found,) = of(after, "k")
    assert (found.asset, found.identifier, found.form, found.hits) == (export.asset.id, "cn_mobile", Form.BARE_HASH, 40)
    assert (found.persons, found.confidence, found.prevalence, found.bound) == (40, 0.99, 1.0, 1.0)
    assert found.level == CATALOGUE["cn_mobile"].levels
    (reason,) = found.why
    assert reason.factor == "proof"
    assert algorithm in reason.detail.en.replace("MD5 (16)/", "")
    assert "customers.mobile" in reason.detail.en
    assert "40 at least" in reason.detail.en
    assert len(after.persons) == 40
    assert after.tally.fields["k"].evidence["cn_mobile"].forms == {Form.BARE_HASH: 40}


def test_the_order_of_assets_does_not_matter(table, customers):
    export = table({"k": list(map(md5, MOBILES))}, name="export")
    assert proven([customers, export], CATALOGUE) == proven([export, customers], CATALOGUE)[::-1]


def test_two_columns_of_one_table_prove_each_other(table):
    (one,) = proven([table({"mobile": MOBILES, "k": list(map(md5, MOBILES))})], CATALOGUE)
    assert [(each.field, each.form) for each in one.fields] == [("mobile", Form.PLAIN), ("k", Form.BARE_HASH)]


@pytest.mark.parametrize(("name", "claimed"), [("mobile_hmac", Form.KEYED_HASH), ("mobile_token", Form.TOKENISED)])
def test_a_name_that_claims_a_key_is_refuted(table, customers, name, claimed):
    export = table({name: list(map(md5, MOBILES))}, name="export")
    assert [each.form for each in export.fields] == [claimed]
    (found,) = proven([customers, export], CATALOGUE)[1].fields
    assert (found.form, found.hits) == (Form.BARE_HASH, 200)
    assert f"it is no {claimed}" in found.why[-1].detail.en
    assert [reason.factor for reason in found.why] == ["values", "name", "proof"]


def test_what_a_name_says_is_confirmed(table, customers):
    export = table({"mobile_md5": list(map(md5, MOBILES))}, name="export")
    (found,) = proven([customers, export], CATALOGUE)[1].fields
    assert (found.form, found.confidence, found.why[-1].factor) == (Form.BARE_HASH, 0.99, "proof")


@pytest.mark.parametrize("name", ["k", "mobile_hmac"])
def test_keyed_and_salted_hashes_stay_what_they_are(table, customers, name):
    for column in (KEYED, [md5(f"salt{mobile}") for mobile in MOBILES]):
        export = table({name: column}, name="export")
        assert proven([customers, export], CATALOGUE)[1] == export


def test_hashes_of_other_people_prove_nothing(table, customers):
    export = table({"k": [md5(f"139{number:08d}") for number in range(200)]}, name="export")
    assert proven([customers, export], CATALOGUE) == [customers, export]


def test_few_values_among_other_digests_do_not_speak_for_all_of_them(table, customers):
    passwords = [md5(mobile) if place < 10 else md5(f"secret{place}") for place, mobile in enumerate(MOBILES)]
    accounts = table({"x": passwords}, name="accounts")
    (found,) = of(proven([customers, accounts], CATALOGUE)[1], "x")
    assert found.hits == 10


def test_where_rows_were_not_read_a_few_speak_for_all(table, customers):
    mixed = [md5(mobile) if place < 10 else md5(f"secret{place}") for place, mobile in enumerate(MOBILES)]
    (found,) = of(proven([customers, table({"x": mixed}, name="t", draws=200)], CATALOGUE)[1], "x")
    assert found.hits == 200


@pytest.mark.parametrize(
    "spelled",
    [str.lower, str.upper, str],
)
def test_the_spelling_that_was_hashed_is_found(table, numbers, spelled):
    ids = [numbers.resident_id() for _ in range(100)]
    known = table({"id_no": ids}, name="customers")
    export = table({"k": [md5(spelled(one)) for one in ids]}, name="export")
    (found,) = of(proven([known, export], CATALOGUE)[1], "k")
    assert found.identifier == "cn_resident_id"


def test_numbers_with_separators_are_found_as_they_stand_and_bare(table):
    written = [f"+86 {mobile[:3]}-{mobile[3:7]}-{mobile[7:]}" for mobile in MOBILES]
    known = table({"mobile": written}, name="customers")
    for column in (written, MOBILES):
        export = table({"k": list(map(md5, column))}, name="export")
        assert len(of(proven([known, export], CATALOGUE)[1], "k")) == 1


def test_what_was_not_judged_to_be_an_identifier_proves_nothing(table):
    codes = [f"{number:03d}" for number in range(200)]
    known = table({"cvv2": codes, "city": ["杭州"] * 200}, name="cards")
    export = table({"k": list(map(md5, codes))}, name="export")
    assert of(proven([known, export], CATALOGUE)[1], "k") == []


def test_asked_again_nothing_is_said_twice(table, customers):
    export = table({"k": list(map(md5, MOBILES)), "mobile_hmac": list(map(md5, MOBILES))}, name="export")
    once = proven([customers, export], CATALOGUE)
    assert proven(once, CATALOGUE) == once


def test_a_large_table_meets_a_part_of_it(detector, table):
    from pii_audit.detection import judge
    from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
    from pii_audit.model.coverage import Coverage, CoverageStatus
    from pii_audit.model.evidence import AssetTally

    people = [f"13{number:09d}" for number in range(0, 100_000 * 7919, 7919)]
    asset = Asset("s", "big", AssetKind.TABLE, (Field("mobile"), Field("k")))
    tally = AssetTally()
    for low in range(0, len(people), 5000):
        part = people[low : low + 5000]
        tally += detector.tally(
            asset,
            TableChunk(f"{low}-{low + 4999}", range(low, low + 5000), {"mobile": part, "k": list(map(md5, part))}),
        )
    coverage = Coverage("s", "big", CoverageStatus.INSPECTED, rows=len(people))
    big = judge(detector, asset, tally, coverage)
    small = table({"x": list(map(md5, people[3::100]))}, name="small")
    one, other = proven([big, small], CATALOGUE)
    assert [each.hits for each in of(one, "k")] == [100_000]
    assert [each.hits for each in of(other, "x")] == [1000]


def test_after_the_proof_nothing_of_digests_is_left_for_a_store(table, customers):
    export = table({"k": list(map(md5, MOBILES))}, name="export")
    assert tally_from_bytes(tally_to_bytes(export.tally)) == export.tally
    for one in map(settled, proven([customers, export], CATALOGUE)):
        assert all(field.digests == Digests() for field in one.tally.fields.values())
        assert all(each.hashed == Hashed() for field in one.tally.fields.values() for each in field.evidence.values())


def test_names_are_shown_as_they_may_be(table, customers):
    export = table({"k": list(map(md5, MOBILES))}, name="export")
    (found,) = of(proven([customers, export], CATALOGUE, lambda name: f"<{name}>")[1], "k")
    assert "<customers>.<mobile>" in found.why[0].detail.zh
