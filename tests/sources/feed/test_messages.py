"""Messages of whatever broker: each parsed by its own format, all of them rows of one asset."""

from __future__ import annotations

import gzip
import json

import pytest

from pii_audit.model.asset import Asset, AssetKind
from pii_audit.sources.feed.messages import Message, Observed, found, headers

TOPIC = Asset("mq", "orders", AssetKind.FEED)


@pytest.fixture
def read(read_all):
    def of(*bodies: bytes | Message, **more: object):
        messages = [one if isinstance(one, Message) else Message(one) for one in bodies]
        seen = Observed(**more)
        for message in messages:
            seen.add(message)
        [one] = read_all(found(TOPIC, lambda: seen))
        return one

    return of


def cells(one) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if cell is not None} for row in one.rows.values()]


def test_fields_are_named_by_their_path_whatever_the_nesting(read):
    nested = {"mobile": "1", "customer": {"idNo": "2", "cards": [{"no": "3"}, {"no": "4"}]}}
    one = read(json.dumps(nested).encode(), b'{"customer": {"idNo": "5"}}')
    assert cells(one) == [
        {"mobile": "1", "$.customer.idNo": "2", "$.customer.cards[*].no": "3\n4"},
        {"$.customer.idNo": "5"},
    ]
    assert (one.status, one.coverage.rows) == ("sampled", 2)


def test_a_message_of_many_records_gives_a_row_for_each(read):
    batch = json.dumps([{"mobile": str(number)} for number in range(12)]).encode()
    assert len(cells(read(batch))) == 12


def test_what_stands_beside_a_message_is_data_too(read):
    one = read(Message(b'{"a": "1"}', {"key": "13800138000", **headers([("op", b"\xe5\xbc\xa0"), ("none", None)])}))
    assert cells(one) == [{"key": "13800138000", "header op": "张", "a": "1"}]
    assert cells(read(Message(b"", {"key": "13800138000"}))) == [{"key": "13800138000"}]


def test_other_formats_and_compressed_bodies_are_read_as_files_of_theirs_are(read):
    mt = b"{1:F01BANKCNBJAXXX0000000000}{2:I103BANKDEFFXXXXN}{4:\r\n:50K:/6222020200112230\r\nZHANG SAN\r\n-}"
    xml = b"<?xml version='1.0'?><order><customer><name>x</name></customer></order>"
    one = read(gzip.compress(b'{"a": "1"}'), xml, mt)
    rows = cells(one)
    assert (rows[0], rows[1]) == ({"a": "1"}, {"customer/name": "x"})
    assert rows[2]["50K/account"] == "6222020200112230"
    assert {field.name: field.comment for field in one.asset.fields}["50K/name"].startswith("付款人姓名")


def test_text_is_text(read):
    assert read(b"call 13800138000", b"bye").text == "call 13800138000\nbye\n"


def test_a_poison_message_is_told_and_the_others_are_read(read):
    one = read(b'{"a": "1"}', bytes(range(256)), b'{"a": ', b'{"a": "2"}', total=4)
    assert [row["a"] for row in cells(one) if "a" in row] == ["1", "2"]
    assert one.status == "failed"
    assert one.reason.startswith("2 message(s) could not be read, the first is number 2: no reader")


def test_all_messages_of_a_topic_that_has_no_more_are_no_sample(read):
    assert read(b"{}", total=1).status == "inspected"
    assert read(b"{}", total=2).coverage.draws == 1
    assert read(total=0).status == "inspected"
