"""What is tallied value by value, without a package, is what the program tallies."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pii_audit.collecting.inside.detector import PlainDetector
from pii_audit.demo import numbers
from pii_audit.detection import clearing
from pii_audit.detection.tally import Detector
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
from pii_audit.model.fingerprint import Fingerprinter

NAMES = [
    "mobile",
    "id_no",
    "card_no",
    "name",
    "address",
    "email",
    "note",
    "consent",
    "opened_at",
    "amount",
    "password",
    "cvv2",
    "x",
]


@pytest.fixture(scope="module")
def both():
    long = clearing.LONG
    fingerprinter = Fingerprinter(bytes(32))
    plain = PlainDetector(load_catalogue(), fingerprinter, own_bins=["629988"])
    yield plain, Detector(load_catalogue(), fingerprinter, own_bins=["629988"])
    clearing.LONG = long


def compare(both, columns) -> None:
    length = len(next(iter(columns.values())))
    fields = tuple(Field(name, "text", "客户手机号" if name == "x" else None) for name in columns)
    asset = Asset("s", "t", AssetKind.TABLE, fields, rows=length)
    chunk = TableChunk("0", range(length), columns)
    plain, program = both
    ours, theirs = plain.tally(asset, chunk), program.tally(asset, chunk)
    for name in columns:
        assert ours.fields[name] == theirs.fields[name], name
    assert ours == theirs


def written(random: Random) -> str:
    """A value as one might find it: of many kinds, whole or within a text, masked, encoded, or nothing at all."""
    value = random.choice(
        [
            lambda: numbers.mobile(random),
            lambda: numbers.bank_card(random, random.choice(["629988", "622848"]), 19),
            lambda: numbers.not_a_card(random, "629988", 19),
            lambda: numbers.uuid(random),
            lambda: numbers.bcrypt_shape(random),
            lambda: numbers.digits(random, random.randint(1, 20)),
            lambda: f"u{random.randrange(99)}@example.com",
            lambda: random.choice(
                [
                    "张伟",
                    "李小红",
                    "是",
                    "yes",
                    "N",
                    "0",
                    "2025-06-01",
                    "２０２５年6月1日",
                    "20250601T08:00",
                    "3.0",
                    "-12.50",
                ]
            ),
            lambda: "杭州市西湖区文三路90号2单元301室",
            lambda: "客户来电,要求更改地址。请尽快处理!",
            lambda: f"138****{random.randrange(10000):04d}",
            lambda: f"\\u673a{numbers.mobile(random)}",
        ]
    )()
    how = random.randrange(8)
    if how == 0:
        return f"电话:{value},请回电"
    if how == 1:
        return value.encode().hex()
    if how == 2:
        return f"a%3D{value}\u200b "
    if how == 3:
        return value.translate({ord("0") + n: ord("０") + n for n in range(10)})
    return value


@pytest.mark.parametrize("seed", range(2))
def test_columns_of_many_kinds_are_tallied_alike(both, seed):
    random = Random(seed)
    columns = {name: [written(random) if random.random() > 0.1 else None for _ in range(120)] for name in NAMES}
    columns["note"][0] = " ".join(written(random) for _ in range(900))
    compare(both, columns)


@settings(max_examples=40)
@given(
    st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=30)), min_size=1, max_size=8),
    st.sampled_from(NAMES),
)
def test_whatever_stands_in_a_column_is_tallied_alike(both, cells, name):
    compare(both, {name: cells})
