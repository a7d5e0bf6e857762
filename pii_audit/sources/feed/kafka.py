"""Kafka topics: their newest messages, read without a group and without a committed offset, so that no consumer notices."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.kafka_client import PATIENCE, Refused, said, settings, why
from pii_audit.sources.feed.kafka_rights import grants
from pii_audit.sources.feed.messages import LARGEST, Limits, Message, Observed, found, headers, text_of
from pii_audit.sources.globs import path_match
from pii_audit.sources.interface import ROOT_NAME, Reading, Sampling, Source, failed, skipped

if TYPE_CHECKING:
    from confluent_kafka import Consumer

_INTERNAL = "__"
_GROUP = "pii-audit (no group: partitions are assigned)"
"""The client asks for a name; no group of that name is ever joined, since nothing is subscribed to and nothing committed."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Which topics are read: those named, else all that `include` and `exclude` let through."""

    names: Sequence[str] = ()
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()


class KafkaSource(Source):
    """The topics of a cluster; `url` is `kafka://host:port,host:port`, or `kafkas://…` with TLS, with user and password for SASL."""

    def __init__(self, id_: str, url: str, topics: Topics, limits: Limits, sasl: str | None = None) -> None:
        self.id = id_
        self._url = url
        self._topics = topics
        self._limits = limits
        self._sasl = sasl

    def assets(self) -> Iterator[Asset | Coverage]:
        try:
            listed = sorted(self._list())
        except Refused as error:
            yield failed(self.id, ROOT_NAME, error.what)
            return
        for name in self._topics.names:
            if name not in listed:
                yield failed(self.id, name, Text("没有这个主题", "there is no such topic"))
        for name in listed:
            if self._topics.names and name not in self._topics.names:
                continue
            rule = self._rule(name)
            yield skipped(self.id, name, rule) if rule else Asset(self.id, name, AssetKind.FEED)

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:  # noqa: ARG002 - a stream is bounded by count and time
        yield from found(asset, lambda: self._newest(asset.name))

    def grants(self) -> Iterator[Grant | Coverage]:
        """Who may read each topic by the cluster's ACLs; everybody who reaches it, where it has no authorizer."""
        names = [one.name for one in self.assets() if isinstance(one, Asset)]
        if not names:
            return
        try:
            yield from grants(self._settings(), self.id, names)
        except Refused as error:
            reason = error.what
            yield failed(self.id, ROOT_NAME, Text(f"无法读取权限：{reason.zh}", f"rights cannot be read: {reason.en}"))

    def _rule(self, name: str) -> Text | None:
        excluded = path_match(name, self._topics.exclude)
        if excluded:
            return Text(f"被规则排除：{excluded}", f"excluded by {excluded}")
        if self._topics.include and not path_match(name, self._topics.include):
            return Text("不在 include 范围内", "not in include")
        return Text("Kafka 自用的主题", "a topic of Kafka's own") if name.startswith(_INTERNAL) else None

    def _settings(self) -> dict[str, Any]:
        return settings(self._url, self._sasl)

    def _list(self) -> list[str]:
        from confluent_kafka import KafkaException  # noqa: PLC0415 - a scan loads what it reads
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - as above

        try:
            return list(AdminClient(self._settings()).list_topics(timeout=PATIENCE).topics)
        except (KafkaException, ValueError) as error:
            raise Refused(why(error)) from None

    def _newest(self, topic: str) -> Observed:
        """The newest messages of every partition, up to the end as it was when reading began."""
        from confluent_kafka import Consumer, KafkaException  # noqa: PLC0415 - a scan loads what it reads

        seen = Observed()
        try:
            consumer = Consumer(
                {
                    **self._settings(),
                    "group.id": _GROUP,
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "allow.auto.create.topics": False,
                    "enable.partition.eof": True,
                    "auto.offset.reset": "earliest",
                }
            )
        except (KafkaException, ValueError) as error:
            seen.failures.append(why(error))
            return seen
        try:
            self._read(consumer, topic, seen)
        except KafkaException as error:
            seen.failures.append(why(error))
        finally:
            consumer.close()
        return seen

    def _read(self, consumer: Consumer, topic: str, seen: Observed) -> None:
        from confluent_kafka import KafkaError, TopicPartition  # noqa: PLC0415 - a scan loads what it reads

        described = consumer.list_topics(topic, timeout=PATIENCE).topics[topic]
        ends: dict[int, int] = {}
        starts = []
        seen.total = 0
        share = max(1, self._limits.count // max(1, len(described.partitions)))
        for number in described.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=PATIENCE)
            seen.total += high - low
            if high > low:
                ends[number] = high
                starts.append(TopicPartition(topic, number, max(low, high - share)))
        if not starts:
            return
        consumer.assign(starts)
        until = time.monotonic() + self._limits.seconds
        while ends and seen.bytes < LARGEST:
            message = consumer.poll(0.2)
            if time.monotonic() >= until:
                seconds = f"{self._limits.seconds:g}"
                seen.failures.append(Text(f"{seconds} 秒内没有读到末尾", f"was not read to its end within {seconds} s"))
                break
            if message is None:
                continue
            error = message.error()
            if error is not None and error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
                # The end may be a marker of a transaction, which is no message.
                ends.pop(message.partition(), None)
                continue
            if error is not None:
                seen.failures.append(said(error))
                if error.fatal() or not error.retriable():
                    break
                continue
            seen.add(_message(message))
            if message.offset() + 1 >= ends.get(message.partition(), 0):
                ends.pop(message.partition(), None)
        if len(seen.messages) < seen.total:
            seen.notes.append(
                Text(
                    f"主题有 {seen.total} 条消息，读取最新的 {len(seen.messages)} 条",
                    f"the newest {len(seen.messages)} of {seen.total} messages were read",
                )
            )


def _message(message: Any) -> Message:
    beside: Mapping[str, str] = {"key": text_of(message.key())} if message.key() else {}
    return Message(message.value() or b"", {**beside, **headers(message.headers() or ())})
