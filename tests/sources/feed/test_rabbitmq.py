"""RabbitMQ on a real server: nobody's messages are touched, and all that is refused or breaks is in the ledger."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from pii_audit import audit
from pii_audit.errors import UsageError
from pii_audit.model.finding import Use
from pii_audit.sources.feed.messages import Limits
from pii_audit.sources.feed.rabbitmq import Bindings, RabbitSource
from pii_audit.sources.feed.rabbitmq_management import Broker
from pii_audit.sources.interface import Sampling
from pii_audit.sources.registry import open_source

SENT = {"customer": {"idNo": "110101199003078515"}, "mobile": "13800138000"}


@pytest.fixture
def look(rabbit, read_all):
    """The reading of one exchange or queue; `meanwhile` is done once the watcher's queue is bound."""

    def read(bindings: Bindings, *, limits: Limits | None = None, meanwhile=None, url: str | None = None):
        source = RabbitSource("mq", url or rabbit.url, bindings, limits or Limits(10, 1))
        [asset] = source.assets()
        other = threading.Thread(target=lambda: (time.sleep(0.4), meanwhile())) if meanwhile else None
        if other:
            other.start()
        [one] = read_all(source.open(asset, Sampling()))
        if other:
            other.join()
        return one

    return read


@pytest.mark.service
def test_what_goes_through_an_exchange_is_seen_and_still_reaches_its_own_queues(rabbit, look):
    exchange, queue = rabbit.exchange(), rabbit.queue()
    rabbit.channel.queue_bind(queue, exchange, "#")
    body = json.dumps(SENT).encode()
    one = look(Bindings([exchange]), limits=Limits(2, 10), meanwhile=lambda: rabbit.publish(exchange, body, body, body))
    assert one.rows[0]["$.customer.idNo"] == "110101199003078515"
    assert (one.status, one.coverage.rows) == ("sampled", 2), "bounded by count"
    assert rabbit.count(queue) == 3
    assert "observed through an own queue" in one.reason


@pytest.mark.service
def test_an_exchange_through_which_nothing_goes_is_watched_for_so_long_only(rabbit, look):
    began = time.monotonic()
    one = look(Bindings([rabbit.exchange("fanout")]), limits=Limits(10, 0.5))
    assert time.monotonic() - began < 8
    assert (one.coverage.rows, one.rows) == (0, {})


@pytest.mark.service
def test_only_bound_keys_of_a_direct_exchange_are_seen(rabbit, look):
    exchange = rabbit.exchange("direct")

    def meanwhile():
        rabbit.publish(exchange, b'{"a": "no"}', key="other")
        rabbit.publish(exchange, b'{"a": "yes"}', key="orders")

    one = look(Bindings([exchange], ["orders"]), limits=Limits(1, 10), meanwhile=meanwhile)
    assert [row["a"] for row in one.rows.values()] == ["yes"]


@pytest.mark.service
def test_an_exchange_that_is_not_there_is_in_the_ledger(look):
    one = look(Bindings(["no-such-exchange"]))
    assert (one.status, one.reason) == ("failed", "the broker has no such exchange or queue")


@pytest.mark.service
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("amqp://guest:guest@127.0.0.1:1/", "the broker cannot be reached, or went away"),
        ("amqp://guest:wrong@127.0.0.1:5672/", "the broker refuses the login"),
        ("amqp://guest:guest@127.0.0.1:5672/no-such-host", "may not enter the virtual host"),
    ],
)
def test_a_broker_that_is_gone_or_refuses_is_in_the_ledger_without_its_password(look, url, reason):
    one = look(Bindings(["x"]), url=url)
    assert one.status == "failed"
    assert reason in one.reason or "cannot be reached" in one.reason
    assert "guest" not in one.reason


@pytest.mark.service
def test_a_queue_is_peeked_into_and_keeps_its_messages_in_order(rabbit, look, classic):
    queue = rabbit.queue(b'{"n": "1"}', b'{"n": "2"}', bytes(range(256)))
    one = look(Bindings([], peek=[queue]))
    assert [row["n"] for row in one.rows.values() if row["n"]] == ["1", "2"]
    assert "3 message(s) were taken and put back" in one.reason
    assert "1 message(s) could not be read" in one.reason, "a poison message"
    assert rabbit.count(queue) == 3
    assert rabbit.channel.basic_get(queue, auto_ack=True)[2] == b'{"n": "1"}'


@pytest.mark.service
def test_a_queue_of_another_type_than_classic_is_left_alone(rabbit, look):
    if shutil.which("rabbitmqctl") is None or os.getuid():
        pytest.skip("rabbitmqctl, which tells the type of a queue to root, is not here")
    queue = rabbit.queue(b"{}", kind="quorum")
    one = look(Bindings([], peek=[queue]))
    assert (one.status, one.rows) == ("failed", {})
    assert "a quorum queue is not peeked into" in one.reason
    method, _, _ = rabbit.channel.basic_get(queue, auto_ack=True)
    assert not method.redelivered


@pytest.mark.service
def test_a_queue_whose_type_is_not_known_is_left_alone(rabbit, look, monkeypatch):
    queue = rabbit.queue(b"{}")
    monkeypatch.setattr("shutil.which", lambda _: None)
    one = look(Bindings([], peek=[queue]))
    assert "messages.management" in one.reason
    assert not rabbit.channel.basic_get(queue, auto_ack=True)[0].redelivered


@pytest.fixture
def classic(monkeypatch):
    monkeypatch.setattr(Broker, "queue_kind", lambda *_: "classic")


ANSWERS = {
    "/api/vhosts/%2F/permissions": [
        {"user": "app", "configure": "", "write": "^pay", "read": "^pay-"},
        {"user": "all", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "none", "configure": "", "write": "", "read": "^$"},
        {"user": "odd", "configure": "", "write": "", "read": "(["},
    ],
    "/api/users": [{"name": "root", "tags": ["administrator"]}, {"name": "old", "tags": "policymaker,administrator"}],
    "/api/queues/%2F/q": {"type": "quorum"},
}


@pytest.fixture
def management():
    """A management API that knows ANSWERS, behind the account of the AMQP URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == "Basic YXVkaXQ6cDp3"
            body = json.dumps(ANSWERS.get(self.path)).encode()
            self.send_response(200 if known and self.path in ANSWERS else 401)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


AMQP = "amqp://audit:p%3Aw@127.0.0.1:5672/"


def test_the_management_api_says_who_may_read_and_who_administers(management):
    found = list(Broker(AMQP, management).grants("mq", {"pay-out": "pay-out", "queues/q": "q"}))
    may = {(one.principal, one.asset, one.privilege) for one in found}
    assert ("user:app", "mq:pay-out", "read") in may
    assert ("user:app", "mq:queues/q", "read") not in may
    assert ("user:odd", "mq:queues/q", "read") in may, "what cannot be told is taken to be so"
    assert not any(principal == "user:none" for principal, _, _ in may)
    assert {one.principal for one in found if one.privilege == "all"} == {"user:root", "user:old"}
    [closing] = {one.closing for one in found if one.principal == "user:all" and one.privilege == "read"}
    assert closing == ("rabbitmqctl set_permissions -p '/' 'all' '.*' '.*' '^$'",)
    assert Broker(AMQP, management).queue_kind("q") == "quorum"


def test_rights_that_cannot_be_read_are_in_the_ledger(management):
    def rights(url: str, api: str):
        return list(RabbitSource("mq", url, Bindings(["x"]), Limits(), api).grants())

    [refused] = rights(AMQP.replace("p%3Aw", "wrong"), management)
    assert refused.reason.en == "rights cannot be read: the management API answered HTTP 401"
    [gone] = rights(AMQP, "http://127.0.0.1:1")
    assert gone.reason.en == "rights cannot be read: the management API does not answer"


def test_a_source_without_an_exchange_is_a_mistake_in_the_configuration(tmp_path):
    from pii_audit.errors import Position
    from pii_audit.workspace import Source

    with pytest.raises(UsageError, match="no exchange to observe is named"):
        open_source(Source("mq", Position("audit.yaml", 1), "feed", "amqp://h/"), root=tmp_path)


@pytest.mark.service
def test_a_broker_that_goes_away_leaves_what_was_seen_and_is_in_the_ledger(rabbit, look, passage):
    server = urlsplit(rabbit.url)
    way = passage(server.hostname or "127.0.0.1", server.port or 5672)
    exchange = rabbit.exchange()

    def meanwhile():
        rabbit.publish(exchange, b'{"a": "1"}')
        time.sleep(0.5)
        way.cut()

    through = server._replace(netloc=f"{server.username}:{server.password}@127.0.0.1:{way.port}").geturl()
    one = look(Bindings([exchange]), limits=Limits(10, 20), meanwhile=meanwhile, url=through)
    assert [row["a"] for row in one.rows.values()] == ["1"]
    assert (one.status, one.reason.split(":")[0]) == ("failed", "the broker cannot be reached, or went away")


POLICY = """\
version: 1
purposes: {sms: {title: SMS, needs: {cn_mobile: plain}}}
recipients:
  acme: {title: Acme, role: processor, region: CN, purposes: [sms], scope: {cn_mobile: plain}, agreement: {ref: HT-1, until: 2099-12-31}}
flows: {orders: {source: events, recipient: acme, purpose: sms, channel: vpn, legal_basis: contract, pia: P-1}}
access: {rules: [{post: app, principals: [crm_app], sources: [events], up_to: C2, actions: [read]}]}
"""


@pytest.mark.service
def test_a_run_judges_the_elements_of_an_exchange_and_who_may_read_them(rabbit, tmp_path, monkeypatch):
    exchange = rabbit.exchange()
    rights = [{"user": name, "configure": "", "write": "", "read": ".*"} for name in ("crm_app", "reporting")]
    monkeypatch.setattr(Broker, "_permissions", lambda _: rights)
    monkeypatch.setattr(Broker, "_users", lambda _: [])
    monkeypatch.setenv("PII_AUDIT_TEST_MQ", rabbit.url)
    source = f"{{id: events, kind: feed, url: 'env:PII_AUDIT_TEST_MQ', owner: Data, messages: {{exchanges: [{exchange}], count: 2, seconds: 20}}}}"
    (tmp_path / "audit.yaml").write_text(f'version: 1\nsources: [{source}]\npolicies: [p.yaml]\nkey: "file:key"\n')
    (tmp_path / "key").write_text("5a" * 32 + "\n")
    (tmp_path / "p.yaml").write_text(POLICY)
    stop = threading.Event()

    def publish():
        while not stop.wait(0.2):
            rabbit.publish(exchange, json.dumps(SENT).encode())

    other = threading.Thread(target=publish)
    other.start()
    try:
        run = audit(tmp_path)
    finally:
        stop.set()
        other.join()
    uses = {verdict.element: verdict.use for verdict in run.verdicts if verdict.use}
    assert uses == {"cn_mobile": Use.NEEDED, "cn_resident_id": Use.EXCESS}
    found = {(one.rule, one.principal) for one in run.findings}
    assert ("SHR002", None) in found
    assert ("USE002", "user:reporting") in found
    assert not any(principal == "user:crm_app" for _, principal in found)
