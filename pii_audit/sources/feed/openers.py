"""From a feed as audit.yaml declares it to the thing that reads it, where it is no folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pii_audit.errors import UsageError
from pii_audit.language import Text
from pii_audit.sources.feed.messages import Limits
from pii_audit.sources.file_share.local import Selection
from pii_audit.sources.interface import Source
from pii_audit.sources.registry import Opener, SourceSpec, layouts_of, require, unsupported


class MessagesSpec(Protocol):
    """What to observe of a broker, as `pii_audit.workspace.Messages` has it."""

    @property
    def exchanges(self) -> tuple[str, ...]:
        """Exchanges of RabbitMQ."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Routing keys to bind by."""

    @property
    def peek(self) -> tuple[str, ...]:
        """Queues to peek into."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of Kafka."""

    @property
    def count(self) -> int:
        """The most messages of one exchange, queue or topic."""

    @property
    def seconds(self) -> int:
        """How long one of them is observed at most."""

    @property
    def management(self) -> str | None:
        """The URL of RabbitMQ's management API."""

    @property
    def sasl(self) -> str | None:
        """The mechanism by which Kafka is logged in to."""


def rabbitmq(spec: SourceSpec, root: Path) -> Source:  # noqa: ARG001 - the signature of Opener
    """Exchanges and queues of `amqp://…`; UsageError where none is named."""
    require(spec, "pika", "rabbitmq")
    from pii_audit.sources.feed.rabbitmq import KEYS, Bindings, RabbitSource  # noqa: PLC0415 - a scan loads what it reads

    said = spec.messages
    if said is None or not (said.exchanges or said.peek):
        raise UsageError(
            Text("没有指明要观察的交换机", "no exchange to observe is named"),
            where=spec.id,
            todo=Text("写 messages: {exchanges: [名称]}", "write messages: {exchanges: [NAME]}"),
        )
    bindings = Bindings(said.exchanges, said.keys or KEYS, said.peek)
    return RabbitSource(spec.id, spec.url, bindings, Limits(said.count, said.seconds), said.management)


def kafka(spec: SourceSpec, root: Path) -> Source:  # noqa: ARG001 - the signature of Opener
    """Topics of `kafka://…`."""
    require(spec, "confluent_kafka", "kafka")
    from pii_audit.sources.feed.kafka import KafkaSource, Topics  # noqa: PLC0415 - as above
    from pii_audit.sources.feed.kafka_client import settings  # noqa: PLC0415 - as above

    try:
        settings(spec.url)
    except ValueError:
        raise unsupported(spec, Text("kafka://主机:端口", "kafka://HOST:PORT")) from None
    said = spec.messages
    topics = Topics(said.topics if said else (), spec.include, spec.exclude)
    limits = Limits(said.count, said.seconds) if said else Limits()
    return KafkaSource(spec.id, spec.url, topics, limits, said.sasl if said else None)


def sftp(spec: SourceSpec, root: Path) -> Source:
    """The files below `sftp://…`."""
    require(spec, "paramiko", "sftp")
    from pii_audit.sources.feed.sftp import SftpSource  # noqa: PLC0415 - as above
    from pii_audit.sources.file_share.ssh import Login  # noqa: PLC0415 - as above

    login = Login.of(spec.url, root, spec.known_hosts, spec.identity)
    if login is None:
        raise unsupported(spec, Text("sftp://用户@主机/路径", "sftp://USER@HOST/PATH"))
    selection = Selection(spec.include, spec.exclude)
    return SftpSource(spec.id, login, selection, layouts_of(spec, root), ignore=spec.ignore)


OPENERS: Mapping[str, Opener] = {"amqp": rabbitmq, "amqps": rabbitmq, "kafka": kafka, "kafkas": kafka, "sftp": sftp}
"""By the scheme of the URL."""
