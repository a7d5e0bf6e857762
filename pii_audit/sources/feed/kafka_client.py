"""How a cluster of Kafka is spoken to, and what its client's errors say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pii_audit.language import Text

if TYPE_CHECKING:
    from confluent_kafka import KafkaError

PATIENCE = 5.0
"""Seconds for which the broker may keep us waiting for an answer."""


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


class Refused(Exception):  # noqa: N818 - never leaves the modules of Kafka: becomes a ledger row
    """What the cluster did not answer, and why."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


def why(error: Exception) -> Text:
    """What an exception of the client says."""
    from confluent_kafka import KafkaError  # noqa: PLC0415 - a scan loads what it reads

    inner = error.args[0] if error.args else None
    return said(inner) if isinstance(inner, KafkaError) else said(None)


def said(error: KafkaError | None) -> Text:
    """What an error of the client says, None for one that it has no name for."""
    name = error.name() if error is not None else ""
    if name in ("", "_TRANSPORT", "_ALL_BROKERS_DOWN", "_TIMED_OUT", "_RESOLVE"):
        return Text(
            "连接不上 Kafka，或连接中断：检查 url，并确认服务在运行",
            "Kafka cannot be reached, or went away: check the url and that it is running",
        )
    if name in ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"):
        return Text("Kafka 拒绝登录：检查用户和密码", "Kafka refuses the login: check user and password")
    return Text(f"Kafka 报错 {name}", f"Kafka answered {name}")
