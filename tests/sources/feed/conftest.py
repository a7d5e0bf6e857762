"""Brokers and servers that tests of feeds talk to: a real RabbitMQ, librdkafka's own mock cluster, a real sshd."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from types import SimpleNamespace

import pytest


class Rabbit:
    """A virtual host's exchanges and queues of a test's own, under names that nobody else has."""

    def __init__(self, url: str) -> None:
        import pika

        self.url = url
        self.mark = f"pii-{secrets.token_hex(4)}"
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self._connection.channel()
        self._queues: list[str] = []

    def exchange(self, kind: str = "topic") -> str:
        self.channel.exchange_declare(self.mark, kind)
        return self.mark

    def queue(self, *bodies: bytes, kind: str = "classic") -> str:
        name = f"{self.mark}-{len(self._queues)}"
        self._queues.append(name)
        self.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
        for body in bodies:
            self.channel.basic_publish("", name, body)
        return name

    def publish(self, exchange: str, *bodies: bytes, key: str = "a.b") -> None:
        """Publishes on a connection of its own, from whichever thread."""
        import pika

        with pika.BlockingConnection(pika.URLParameters(self.url)) as connection:
            channel = connection.channel()
            for body in bodies:
                channel.basic_publish(exchange, key, body)

    def count(self, queue: str) -> int:
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def close(self) -> None:
        for queue in self._queues:
            self.channel.queue_delete(queue)
        self.channel.exchange_delete(self.mark)
        self._connection.close()


@pytest.fixture
def rabbit() -> Iterator[Rabbit]:
    """The RabbitMQ server that PII_AUDIT_RABBITMQ_URL names."""
    url = os.environ.get("PII_AUDIT_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
    try:
        made = Rabbit(url)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, there is no server
        pytest.skip(f"no server at PII_AUDIT_RABBITMQ_URL: {type(error).__name__}")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def cluster() -> Iterator[SimpleNamespace]:
    """librdkafka's mock cluster: `address`, and `send(topic, *(key, value))`."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0})
    [broker] = producer.list_topics(timeout=10).brokers.values()

    def send(topic: str, *pairs: tuple[str | None, bytes]) -> None:
        for key, value in pairs:
            producer.produce(topic, key=key, value=value, headers={"op": "zhangsan"})
        assert producer.flush(10) == 0

    yield SimpleNamespace(address=f"{broker.host}:{broker.port}", send=send)
    producer.purge()
