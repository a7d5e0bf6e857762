"""Who may read topics, asked by the real client of a broker that speaks Kafka's protocol.

No broker with an authorizer can be run here, and librdkafka's mock cluster answers no DescribeAcls: this one is made by the layouts that
the protocol guide publishes (https://kafka.apache.org/protocol: ApiVersions 0 to 3, Metadata 2, DescribeAcls 1, DescribeConfigs 1).
"""

from __future__ import annotations

import socketserver
import struct
import threading

import pytest

from pii_audit.model.coverage import Coverage, CoverageStatus
from pii_audit.sources.feed.kafka import KafkaSource, Topics
from pii_audit.sources.feed.messages import Limits

METADATA, API_VERSIONS, DESCRIBE_ACLS, DESCRIBE_CONFIGS = 3, 18, 29, 32
VERSIONS = {METADATA: (0, 2), API_VERSIONS: (0, 3), DESCRIBE_ACLS: (1, 1), DESCRIBE_CONFIGS: (1, 1)}
TOPIC, BROKER = 2, 4
LITERAL, PREFIXED = 3, 4
ALL, READ, WRITE = 2, 3, 4
DENY, ALLOW = 2, 3


def _text(value: str | None) -> bytes:
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value.encode())) + value.encode()


def _several(items: list[bytes]) -> bytes:
    return struct.pack(">i", len(items)) + b"".join(items)


class Broker(socketserver.ThreadingTCPServer):
    """One broker with some topics; `acls` are (resource, pattern, principal, host, operation, permission), `error` its code and words instead.

    `configuration` is what it says of itself, None where it may not be asked.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.topics = ["orders", "loans"]
        self.acls: list[tuple[str, int, str, str, int, int]] = []
        self.error: tuple[int, str | None] = (0, None)
        self.configuration: dict[str, str] | None = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
        }
        self.asked: list[bytes] = []

    def answer(self, key: int, version: int, body: bytes) -> bytes | None:
        """The body of an answer, None to break the connection."""
        if key == API_VERSIONS and version == max(VERSIONS[API_VERSIONS]):
            listed = b"".join(struct.pack(">hhhb", api, *bounds, 0) for api, bounds in VERSIONS.items())
            return struct.pack(">hb", 0, len(VERSIONS) + 1) + listed + struct.pack(">ib", 0, 0)
        if key == API_VERSIONS:
            return struct.pack(">h", 0) + _several(
                [struct.pack(">hhh", api, *bounds) for api, bounds in VERSIONS.items()]
            )
        if key == METADATA:
            broker = struct.pack(">i", 1) + _text("127.0.0.1") + struct.pack(">i", self.server_address[1]) + _text(None)
            partition = struct.pack(">hii", 0, 0, 1) + _several([struct.pack(">i", 1)]) * 2
            topics = [struct.pack(">h", 0) + _text(one) + b"\0" + _several([partition]) for one in self.topics]
            return _several([broker]) + _text("here") + struct.pack(">i", 1) + _several(topics)
        if key == DESCRIBE_CONFIGS:
            error = 0 if self.configuration is not None else CLUSTER_AUTHORIZATION_FAILED
            entries = [
                _text(name) + _text(value) + struct.pack(">bbb", 1, 4, 0) + _several([])
                for name, value in (self.configuration or {}).items()
            ]
            found = struct.pack(">h", error) + _text(None) + struct.pack(">b", BROKER) + _text("1") + _several(entries)
            return struct.pack(">i", 0) + _several([found])
        if key == DESCRIBE_ACLS:
            self.asked.append(body)
            if self.error[0] == GONE:
                return None
            return (
                struct.pack(">ih", 0, self.error[0]) + _text(self.error[1]) + _several(list(map(_resource, self.acls)))
            )
        return None


def _resource(acl: tuple[str, int, str, str, int, int]) -> bytes:
    resource, pattern, principal, host, operation, permission = acl
    rule = _text(principal) + _text(host) + struct.pack(">bb", operation, permission)
    return struct.pack(">b", TOPIC) + _text(resource) + struct.pack(">b", pattern) + _several([rule])


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while size := self._read(4):
            request = self._read(struct.unpack(">i", size)[0])
            key, version, correlation, length = struct.unpack_from(">hhih", request)
            body = self.server.answer(key, version, request[10 + max(0, length) :])
            if body is None:
                return
            self.request.sendall(struct.pack(">ii", len(body) + 4, correlation) + body)

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count and (more := self.request.recv(count - len(found))):
            found += more
        return found if len(found) == count else b""


GONE = -2
SECURITY_DISABLED, CLUSTER_AUTHORIZATION_FAILED = 54, 31


@pytest.fixture
def broker():
    pytest.importorskip("confluent_kafka", reason="the package confluent-kafka is not installed (extra `kafka`)")
    with Broker() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def rights(broker):
    def asked() -> list:
        url = f"kafka://127.0.0.1:{broker.server_address[1]}"
        return list(KafkaSource("k", url, Topics(), Limits(10, 5)).grants())

    return asked


def test_acls_of_a_cluster_are_asked_for_and_say_who_reads_which_topic(broker, rights):
    broker.acls = [
        ("orders", LITERAL, "User:app", "*", READ, ALLOW),
        ("lo", PREFIXED, "User:王", "10.0.0.1", ALL, ALLOW),
        ("*", LITERAL, "User:batch", "*", READ, ALLOW),
        ("loans", LITERAL, "User:batch", "*", READ, DENY),
        ("orders", LITERAL, "User:writer", "*", WRITE, ALLOW),
        ("loans", LITERAL, "User:*", "*", READ, ALLOW),
    ]
    found = {(one.asset, one.principal) for one in rights()}
    assert found == {
        ("k:orders", "user:app"),
        ("k:orders", "user:batch"),
        ("k:loans", "user:王"),
        ("k:loans", "Everyone"),
    }


def test_every_acl_on_topics_is_asked_for(broker, rights):
    rights()
    # resource TOPIC, any name, pattern ANY, any principal, any host, operation ANY, permission ANY
    assert broker.asked == [struct.pack(">bhbhhbb", TOPIC, -1, 1, -1, -1, 1, 1)]


def test_a_cluster_without_an_authorizer_is_open_to_everybody(broker, rights):
    broker.error = (SECURITY_DISABLED, "No Authorizer is configured on the broker")
    broker.configuration = {"authorizer.class.name": ""}
    assert {(one.asset, one.principal) for one in rights()} == {("k:orders", "world"), ("k:loans", "world")}


def test_a_cluster_whose_acls_nobody_has_leaves_nobody_in(rights):
    assert rights() == []


def test_super_users_read_all_and_everybody_what_no_acl_is_about_where_the_brokers_say_so(broker, rights):
    broker.acls = [("orders", LITERAL, "User:app", "*", READ, ALLOW)]
    broker.configuration |= {"super.users": "User:admin;User:王", "allow.everyone.if.no.acl.found": "true"}
    assert {(one.asset, one.principal) for one in rights()} == {
        ("k:orders", "user:app"),
        ("k:loans", "Everyone"),
        *((topic, who) for topic in ("k:orders", "k:loans") for who in ("user:admin", "user:王")),
    }


def test_super_users_and_the_switch_are_read_however_they_are_spaced_and_cased(broker, rights):
    broker.acls = [("orders", LITERAL, "User:app", "*", READ, ALLOW)]
    broker.configuration |= {
        "super.users": " User:admin ; User:王;;User:admin",
        "allow.everyone.if.no.acl.found": "TRUE ",
    }
    found = [(one.asset, one.principal) for one in rights()]
    assert sorted(found) == sorted(
        [
            ("k:orders", "user:app"),
            ("k:loans", "Everyone"),
            *((topic, who) for topic in ("k:orders", "k:loans") for who in ("user:admin", "user:王")),
        ]
    )


def test_acls_are_read_without_the_configuration_too_and_what_it_would_say_is_told_as_unknown(broker, rights):
    broker.acls = [("orders", LITERAL, "User:app", "*", READ, ALLOW)]
    broker.configuration = None
    row, right = rights()
    assert (right.asset, right.principal) == ("k:orders", "user:app")
    assert (row.status, row.asset) == (CoverageStatus.FAILED, ".")
    assert "super users" in row.reason.en
    assert "DescribeConfigs" in row.reason.zh


@pytest.mark.parametrize("error", [CLUSTER_AUTHORIZATION_FAILED, SECURITY_DISABLED, 0])
def test_no_acls_and_no_configuration_are_no_proof_that_nobody_reads(broker, rights, error):
    broker.error, broker.configuration = (error, None), None
    (row,) = rights()
    assert isinstance(row, Coverage)
    assert "no ACL can be seen" in row.reason.en


def test_a_broker_that_goes_away_is_told(broker, rights, monkeypatch):
    monkeypatch.setattr("pii_audit.sources.feed.kafka_rights.PATIENCE", 1)
    broker.error = (GONE, None)
    (row,) = rights()
    assert isinstance(row, Coverage)
    assert "cannot be reached, or went away" in row.reason.en
