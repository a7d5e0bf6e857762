"""RabbitMQ: what goes through an exchange, seen through a queue of our own; what waits in a queue only on request.

The own queue is exclusive, bounded, and gone with the connection: nobody else's messages are touched. Peeking takes messages from
somebody's queue and puts them back, which counts as a delivery: classic queues only, since a quorum queue may drop a message that was
delivered too often.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.messages import LARGEST, Limits, Message, Observed, found, headers
from pii_audit.sources.feed.rabbitmq_management import Broker, Unreachable
from pii_audit.sources.interface import ROOT_NAME, Reading, Sampling, Source, failed

if TYPE_CHECKING:
    from pika.adapters.blocking_connection import BlockingChannel
    from pika.spec import BasicProperties

QUEUES = "queues/"
"""Begins the name of an asset that is a queue; an exchange goes by its own name."""
KEYS = ("#",)
"""Every routing key of a topic exchange; a fanout exchange ignores it."""


@dataclass(frozen=True, slots=True)
class Bindings:
    """What to look at: exchanges with the routing keys to bind by, and queues to peek into."""

    exchanges: Sequence[str]
    keys: Sequence[str] = KEYS
    peek: Sequence[str] = ()


class RabbitSource(Source):
    """The exchanges and queues of a virtual host; `url` as RabbitMQ documents AMQP URIs."""

    def __init__(self, id_: str, url: str, bindings: Bindings, limits: Limits, management: str | None = None) -> None:
        self.id = id_
        self._url = url
        self._bindings = bindings
        self._limits = limits
        self._management = management

    def assets(self) -> Iterator[Asset | Coverage]:
        for name in (*self._bindings.exchanges, *(QUEUES + queue for queue in self._bindings.peek)):
            yield Asset(self.id, name, AssetKind.FEED)
        if not self._bindings.exchanges and not self._bindings.peek:
            what = Text("没有指明 messages.exchanges", "messages.exchanges names none")
            yield failed(self.id, ROOT_NAME, what)

    def open(self, asset: Asset, sampling: Sampling) -> Iterator[tuple[Asset, Reading]]:  # noqa: ARG002 - a stream is bounded by count and time
        if asset.name.startswith(QUEUES):
            yield from found(asset, lambda: self._peek(asset.name.removeprefix(QUEUES)))
        else:
            yield from found(asset, lambda: self._watch(asset.name))

    def grants(self) -> Iterator[Grant | Coverage]:
        """Who may read each exchange and queue (`read` is what binding, consuming and getting take), who may write, who administers."""
        names = {one.name: one.name.removeprefix(QUEUES) for one in self.assets() if isinstance(one, Asset)}
        try:
            yield from self._broker().grants(self.id, names)
        except Unreachable as error:
            reason = error.what
            yield failed(self.id, ROOT_NAME, Text(f"无法读取权限：{reason.zh}", f"rights cannot be read: {reason.en}"))

    def _broker(self) -> Broker:
        return Broker(self._url, self._management)

    def _watch(self, exchange: str) -> Observed:
        """What goes through from now on, until there is enough of it or time is up."""
        limits, seen = self._limits, Observed()

        def watch(channel: BlockingChannel) -> None:
            bounds = {"x-max-length": max(limits.count, 1000), "x-max-length-bytes": LARGEST}
            mine = channel.queue_declare("", exclusive=True, auto_delete=True, arguments=bounds).method.queue
            for key in self._bindings.keys:
                channel.queue_bind(mine, exchange, routing_key=key)
            ends = time.monotonic() + limits.seconds
            # Nothing is acknowledged, so that no more than this is sent to us; the rest stays in our own bounded queue.
            channel.basic_qos(prefetch_count=min(limits.count, 65_535))
            for method, properties, body in channel.consume(mine, inactivity_timeout=0.2):
                if body is not None:
                    seen.add(_message(properties, body, {"routing_key": method.routing_key}))
                if len(seen.messages) >= limits.count or seen.bytes >= LARGEST or time.monotonic() >= ends:
                    break
            seconds = f"{limits.seconds:g}"
            seen.notes.append(
                Text(
                    f"经自有队列观察了 {len(seen.messages)} 条消息（至多 {seconds} 秒），之前和之后的未见",
                    f"{len(seen.messages)} message(s) were observed through an own queue (for {seconds} s at most); what went "
                    "through before and after was not",
                )
            )

        self._with(seen, watch)
        return seen

    def _peek(self, queue: str) -> Observed:
        """What waits in a queue: taken, looked at, and put back where it was."""
        seen = Observed()
        try:
            kind = self._broker().queue_kind(queue)
        except Unreachable as error:
            reason = error.what
            seen.failures.append(
                Text(
                    f"不知道队列类型，未窥视：{reason.zh}",
                    f"was not peeked into, since the type of the queue is not known: {reason.en}",
                )
            )
            return seen
        if kind != "classic":
            seen.failures.append(
                Text(
                    f"{kind} 队列不窥视：放回消息计为一次投递，投递过多的消息可能被丢弃",
                    f"a {kind} queue is not peeked into: putting a message back counts as a delivery, after too many of which it "
                    "may be dropped",
                )
            )
            return seen

        def peek(channel: BlockingChannel) -> None:
            seen.total = int(channel.queue_declare(queue, passive=True).method.message_count)
            try:
                while len(seen.messages) < self._limits.count and seen.bytes < LARGEST:
                    method, properties, body = channel.basic_get(queue)
                    if method is None:
                        break
                    seen.add(_message(properties, body or b"", {"routing_key": method.routing_key}))
            finally:
                if channel.is_open and seen.messages:
                    channel.basic_nack(0, multiple=True, requeue=True)
            seen.notes.append(
                Text(
                    f"窥视：取出 {len(seen.messages)} 条并放回，这些消息会标记为重复投递",
                    f"peeked: {len(seen.messages)} message(s) were taken and put back, and are marked as redelivered",
                )
            )

        self._with(seen, peek)
        return seen

    def _with(self, seen: Observed, work: Callable[[BlockingChannel], None]) -> None:
        """Does something on a channel; what the broker refuses, or that it goes away, is a failure of what was seen."""
        import pika  # noqa: PLC0415 - a scan loads what it reads
        from pika.exceptions import AMQPError  # noqa: PLC0415 - as above

        try:
            connection = pika.BlockingConnection(parameters(self._url))
        except (AMQPError, OSError, ValueError) as error:
            seen.failures.append(refusal(error))
            return
        try:
            work(connection.channel())
        except (AMQPError, OSError) as error:
            seen.failures.append(refusal(error))
        finally:
            if connection.is_open:
                connection.close()


def parameters(url: str) -> Any:
    """The connection's parameters; short waits, so that a broker that is gone is told soon."""
    import pika  # noqa: PLC0415 - a scan loads what it reads

    made = pika.URLParameters(url)
    made.socket_timeout = made.stack_timeout = made.blocked_connection_timeout = 10
    made.connection_attempts = 1
    made.client_properties = {"connection_name": "pii-audit"}
    return made


def refusal(error: Exception) -> Text:
    """Why the broker did not answer, without its URL, which may hold a password."""
    from pika import exceptions  # noqa: PLC0415 - a scan loads what it reads

    if isinstance(error, exceptions.ChannelClosedByBroker | exceptions.ConnectionClosedByBroker):
        code = error.reply_code
        known = {
            403: Text("消息服务器拒绝访问（权限不足）", "the broker refuses access (permission)"),
            404: Text("消息服务器上没有这个交换机或队列", "the broker has no such exchange or queue"),
            405: Text("队列被另一连接独占", "the queue is another connection's own"),
            320: Text("消息服务器已关闭连接", "the broker closed the connection"),
        }
        return known.get(code, Text(f"消息服务器报错 {code}", f"the broker answered with error {code}"))
    if isinstance(error, exceptions.ProbableAuthenticationError | exceptions.AuthenticationError):
        return Text(
            "消息服务器拒绝登录：检查 url 中的用户和密码",
            "the broker refuses the login: check user and password of the url",
        )
    if isinstance(error, exceptions.ProbableAccessDeniedError):
        return Text("该用户不能进入这个虚拟主机", "this user may not enter the virtual host")
    return Text(
        "连接不上消息服务器，或连接中断：检查 url，并确认服务在运行",
        "the broker cannot be reached, or went away: check the url and that it is running",
    )


def _message(properties: BasicProperties, body: bytes, beside: dict[str, str]) -> Message:
    said = headers(list((properties.headers or {}).items()))
    return Message(body, {**{name: value for name, value in beside.items() if value}, **said})
