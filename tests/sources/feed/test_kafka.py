"""Kafka by a real client against librdkafka's mock cluster: read without a group, bounded, and told when it breaks."""

from __future__ import annotations

import json

import pytest

from pii_audit.errors import Position, UsageError
from pii_audit.sources.feed import kafka
from pii_audit.sources.feed.kafka import KafkaSource, Topics
from pii_audit.sources.feed.kafka_client import settings
from pii_audit.sources.feed.kafka_rights import Acl, readers
from pii_audit.sources.feed.messages import Limits
from pii_audit.sources.interface import Sampling
from pii_audit.sources.registry import open_source
from pii_audit.workspace import Source


@pytest.fixture
def source(cluster):
    def of(topics: Topics | None = None, limits: Limits | None = None) -> KafkaSource:
        return KafkaSource("k", f"kafka://{cluster.address}", topics or Topics(), limits or Limits(100, 10))

    return of


def body(number: int) -> bytes:
    return json.dumps({"customer": {"idNo": str(number)}}).encode()


def test_fields_keys_and_headers_of_all_partitions_are_read(cluster, source, read_all):
    cluster.send("orders", *((f"1380013800{number}", body(number)) for number in range(10)))
    [asset] = source().assets()
    [one] = read_all(source().open(asset, Sampling()))
    assert sorted(row["$.customer.idNo"] for row in one.rows.values()) == [str(number) for number in range(10)]
    assert {row["key"] for row in one.rows.values()} == {f"1380013800{number}" for number in range(10)}
    assert {row["header op"] for row in one.rows.values()} == {"zhangsan"}
    assert (one.status, one.coverage.total) == ("inspected", 10)


def test_of_a_long_topic_the_newest_are_read_and_the_rest_is_told(cluster, source, read_all):
    cluster.send("orders", *(("same", body(number)) for number in range(50)))
    [one] = read_all(source(limits=Limits(20, 10)).open(next(iter(source().assets())), Sampling()))
    newest = max(int(row["$.customer.idNo"]) for row in one.rows.values())
    assert newest == 49
    assert (one.status, one.coverage.total, one.coverage.draws) == ("sampled", 50, 1)
    assert "of 50 messages were read" in one.reason


def test_nothing_is_committed_and_the_same_is_read_again(cluster, source, read_all):
    cluster.send("orders", ("a", body(1)))
    [asset] = source().assets()
    for _ in range(2):
        [one] = read_all(source().open(asset, Sampling()))
        assert len(one.rows) == 1


def test_topics_are_chosen_by_name_or_pattern_and_the_others_are_listed(cluster, source):
    for topic in ("orders", "loans", "__internal"):
        cluster.send(topic, (None, b"{}"))

    def listed(topics: Topics) -> dict[str, str]:
        rows = source(topics).assets()
        return {
            getattr(row, "name", None) or row.asset: row.reason.en if hasattr(row, "reason") else "" for row in rows
        }

    assert listed(Topics(exclude=["lo*"])) == {
        "__internal": "a topic of Kafka's own",
        "loans": "excluded by lo*",
        "orders": "",
    }
    assert listed(Topics(["orders", "gone"])) == {"gone": "there is no such topic", "orders": ""}


def test_a_poison_message_is_told_and_the_others_are_read(cluster, source, read_all):
    cluster.send("orders", ("a", body(1)), ("a", bytes(range(256))), ("a", body(2)))
    [one] = read_all(source().open(next(iter(source().assets())), Sampling()))
    assert sorted(row["$.customer.idNo"] for row in one.rows.values() if row.get("$.customer.idNo")) == ["1", "2"]
    assert (one.status, "1 message(s) could not be read" in one.reason) == ("failed", True)


def test_a_cluster_that_is_gone_is_in_the_ledger(monkeypatch):
    monkeypatch.setattr(kafka, "PATIENCE", 0.5)
    [row] = KafkaSource("k", "kafka://u:secret@127.0.0.1:1", Topics(), Limits()).assets()
    assert row.incomplete
    assert row.reason.en.startswith("Kafka cannot be reached, or went away")
    assert "secret" not in row.reason.en


def test_rights_that_the_cluster_does_not_tell_are_in_the_ledger(cluster, source, monkeypatch):
    cluster.send("orders", ("a", b"{}"))
    monkeypatch.setattr(kafka, "PATIENCE", 0.5)
    [row] = source().grants()
    assert row.reason.en.startswith("rights cannot be read: ")


READ = ("*", "READ", "ALLOW")


@pytest.mark.parametrize(
    ("acls", "who"),
    [
        ([Acl("User:app", *READ, "orders")], {"user:app"}),
        ([Acl("User:app", *READ, "ord", prefixed=True)], {"user:app"}),
        ([Acl("User:app", *READ, "ord")], set()),
        ([Acl("User:app", *READ, "*"), Acl("User:app", "*", "READ", "DENY", "orders")], set()),
        ([Acl("User:app", *READ, "*"), Acl("User:app", "10.0.0.1", "READ", "DENY", "orders")], {"user:app"}),
        ([Acl("User:*", *READ, "orders")], {"Everyone"}),
        ([Acl("User:app", *READ, "orders"), Acl("User:*", "*", "ALL", "DENY", "*")], set()),
        ([Acl("User:app", "*", "WRITE", "ALLOW", "orders"), Acl("User:adm", "*", "ALL", "ALLOW", "*")], {"user:adm"}),
    ],
)
def test_acls_say_who_reads_a_topic_and_denials_come_first(acls, who):
    assert {one.principal for one in readers(acls, "k", "orders")} == who


def test_a_right_says_how_it_is_taken_back():
    [one] = readers([Acl("User:app", *READ, "ord", prefixed=True)], "k", "orders")
    [command] = one.closing
    assert command == (
        "kafka-acls --remove --allow-principal 'User:app' --allow-host '*' --operation Read --topic 'ord' "
        "--resource-pattern-type prefixed"
    )


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("kafka://b:9092,c:9092", "plaintext"),
        ("kafkas://b:9093", "ssl"),
        ("kafka://u:p@b:9092", "sasl_plaintext"),
        ("kafkas://u:p%40@b:9093", "sasl_ssl"),
    ],
)
def test_the_url_says_how_the_cluster_is_spoken_to(url, protocol):
    made = settings(url)
    assert made["security.protocol"] == protocol
    assert "@" not in made["bootstrap.servers"]


def test_a_url_without_a_broker_is_a_mistake(tmp_path):
    with pytest.raises(UsageError):
        open_source(Source("k", Position("audit.yaml", 1), "feed", "kafka:topic"), root=tmp_path)
