"""Kafka topics: their newest messages, read without a group and without a committed offset, so that no consumer notices."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.messages import LARGEST, Limits, Message, Observed, found, headers, text_of
from pii_audit.sources.globs import path_match
from pii_audit.sources.interface import ROOT_NAME, Reading, Sampling, Source, failed, skipped

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError

PATIENCE = 5.0
"""Seconds for which the broker may keep us waiting for an answer."""
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
        except _Refused as error:
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
            yield from self._acls(names)
        except _Refused as error:
            reason = error.what
            yield failed(self.id, ROOT_NAME, Text(f"无法读取权限:{reason.zh}", f"rights cannot be read: {reason.en}"))

    def _rule(self, name: str) -> Text | None:
        excluded = path_match(name, self._topics.exclude)
        if excluded:
            return Text(f"被规则排除:{excluded}", f"excluded by {excluded}")
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
            raise _Refused(_why(error)) from None

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
            seen.failures.append(_why(error))
            return seen
        try:
            self._read(consumer, topic, seen)
        except KafkaException as error:
            seen.failures.append(_why(error))
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
                seen.failures.append(_said(error))
                if error.fatal() or not error.retriable():
                    break
                continue
            seen.add(_message(message))
            if message.offset() + 1 >= ends.get(message.partition(), 0):
                ends.pop(message.partition(), None)
        if len(seen.messages) < seen.total:
            seen.notes.append(
                Text(
                    f"主题有 {seen.total} 条消息,读取最新的 {len(seen.messages)} 条",
                    f"the newest {len(seen.messages)} of {seen.total} messages were read",
                )
            )

    def _acls(self, names: Sequence[str]) -> Iterator[Grant]:
        from confluent_kafka import KafkaError, KafkaException  # noqa: PLC0415 - a scan loads what it reads
        from confluent_kafka.admin import (  # noqa: PLC0415 - as above
            AclBindingFilter,
            AclOperation,
            AclPermissionType,
            AdminClient,
            ResourcePatternType,
            ResourceType,
        )

        every = AclBindingFilter(
            ResourceType.TOPIC,
            None,
            ResourcePatternType.ANY,
            None,
            None,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        try:
            client = AdminClient(self._settings())  # kept: the answer dies with it
            bindings = client.describe_acls(every, request_timeout=PATIENCE).result(PATIENCE + 5)
        except KafkaException as error:
            if error.args and error.args[0].code() == KafkaError.SECURITY_DISABLED:
                for name in names:
                    yield Grant("world", f"{self.id}:{name}", "read", "no authorizer on the cluster", ("world",))
                return
            raise _Refused(_why(error)) from None
        except Exception as error:  # noqa: BLE001 - the client's future gives what the broker or a timeout made of it
            raise _Refused(_why(error)) from None
        rights = [
            Acl(
                one.principal,
                one.host,
                one.operation.name,
                one.permission_type.name,
                one.name,
                prefixed=one.resource_pattern_type == ResourcePatternType.PREFIXED,
            )
            for one in bindings
        ]
        for name in names:
            yield from readers(rights, self.id, name)


@dataclass(frozen=True, slots=True)
class Acl:
    """One rule of a cluster's authorizer about topics."""

    principal: str
    host: str
    operation: str
    permission: str
    resource: str
    prefixed: bool = False

    def about(self, topic: str) -> bool:
        """Whether it speaks of a topic; `*` speaks of all."""
        return self.resource in ("*", topic) or (self.prefixed and topic.startswith(self.resource))


_READS = frozenset({"READ", "ALL"})


def readers(rights: Sequence[Acl], source: str, topic: str) -> Iterator[Grant]:
    """Who may read a topic: those allowed, from whichever host, and not denied from every host."""
    about = [one for one in rights if one.about(topic) and one.operation in _READS]
    denied = {one.principal for one in about if one.permission == "DENY" and one.host == "*"}
    for one in about:
        if one.permission != "ALLOW" or one.principal in denied or "User:*" in denied:
            continue
        who = "Everyone" if one.principal == "User:*" else f"user:{one.principal.removeprefix('User:')}"
        pattern = "prefixed" if one.prefixed else "literal"
        command = (
            f"kafka-acls --remove --allow-principal '{one.principal}' --allow-host '{one.host}' --operation "
            f"{one.operation.title()} --topic '{one.resource}' --resource-pattern-type {pattern}"
        )
        opened = f"ACL {one.operation} on {pattern} topic {one.resource} from host {one.host}"
        yield Grant(who, f"{source}:{topic}", "read", opened, (who,), closing=(command,))


def settings(url: str, sasl: str | None = None) -> dict[str, Any]:
    """The client's settings for a URL; ValueError where it names no broker."""
    parts = urlsplit(url)
    account, _, brokers = parts.netloc.rpartition("@")
    if not brokers:
        raise ValueError
    secure = parts.scheme == "kafkas"
    made: dict[str, Any] = {
        "bootstrap.servers": brokers,
        "client.id": "pii-audit",
        "socket.timeout.ms": int(PATIENCE * 1000),
        "log_level": 0,
        "security.protocol": {(False, False): "plaintext", (True, False): "ssl"}.get(
            (secure, bool(account)), "sasl_ssl" if secure else "sasl_plaintext"
        ),
    }
    if account:
        user, _, password = account.partition(":")
        made |= {
            "sasl.mechanism": sasl or "SCRAM-SHA-512",
            "sasl.username": unquote(user),
            "sasl.password": unquote(password),
        }
    return made


class _Refused(Exception):  # noqa: N818 - never leaves this module: becomes a ledger row
    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


def _why(error: Exception) -> Text:
    from confluent_kafka import KafkaError  # noqa: PLC0415 - a scan loads what it reads

    inner = error.args[0] if error.args else None
    return _said(inner) if isinstance(inner, KafkaError) else _said(None)


def _said(error: KafkaError | None) -> Text:
    name = error.name() if error is not None else ""
    if name in ("", "_TRANSPORT", "_ALL_BROKERS_DOWN", "_TIMED_OUT", "_RESOLVE"):
        return Text(
            "连接不上 Kafka,或连接中断:检查 url,并确认服务在运行",
            "Kafka cannot be reached, or went away: check the url and that it is running",
        )
    if name in ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"):
        return Text("Kafka 拒绝登录:检查用户和密码", "Kafka refuses the login: check user and password")
    return Text(f"Kafka 报错 {name}", f"Kafka answered {name}")


def _message(message: Any) -> Message:
    beside: Mapping[str, str] = {"key": text_of(message.key())} if message.key() else {}
    return Message(message.value() or b"", {**beside, **headers(message.headers() or ())})
