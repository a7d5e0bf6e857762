"""Who may read topics: by the ACLs of a cluster, and by what its brokers' configuration says beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pii_audit.language import Text
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.feed.kafka_client import PATIENCE, Refused, why
from pii_audit.sources.interface import ROOT_NAME, failed

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

_AUTHORIZER, _SUPER, _UNLISTED = "authorizer.class.name", "super.users", "allow.everyone.if.no.acl.found"
"""Settings of a broker (https://kafka.apache.org/documentation/#brokerconfigs)."""
_UNSEEN = Text(
    "看不到任何 ACL，也读不到代理的配置：集群可能没有授权器，也可能不让审计账号查看（为其授予 Cluster 的 Describe 和 DescribeConfigs）",
    "no ACL can be seen, and the brokers' configuration cannot be read: there may be no authorizer, or the account of the audit may not look "
    "(give it Describe and DescribeConfigs on the cluster)",
)

_UNCONFIGURED = Text(
    "读不到代理的配置：不知道哪些是超级用户，也不知道没有 ACL 的主题是否对所有人开放，实际可读者可能更多（为审计账号授予 Cluster 的 DescribeConfigs）",
    "the brokers' configuration cannot be read: super users, and whether topics without an ACL are open to everybody, are not known, and more "
    "may be able to read (give the account of the audit DescribeConfigs on the cluster)",
)


def grants(settings: Mapping[str, Any], source: str, topics: Sequence[str]) -> Iterator[Grant | Coverage]:
    """Who may read topics of a cluster, and a ledger row where not all of it can be told; raises Refused where nothing can.

    An authorizer that denies the question looks to librdkafka (up to 2.16 at least) like one without ACLs, as does a cluster that has none:
    of no ACLs at all only the brokers' configuration says what they mean.
    """
    from confluent_kafka import KafkaException  # noqa: PLC0415 - a scan loads what it reads
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - as above

    configured: Mapping[str, str]
    try:
        client = AdminClient(dict(settings))
        rights = _acls(client)
    except KafkaException as error:
        if not _says_there_is_none(error):
            raise Refused(why(error)) from None
        rights, configured = [], {_AUTHORIZER: ""}
    except Exception as error:  # noqa: BLE001 - the client's future gives what the broker or a timeout made of it
        raise Refused(why(error)) from None
    else:
        configured = _configured(client)
    if not rights and _AUTHORIZER not in configured:
        raise Refused(_UNSEEN)
    if _AUTHORIZER not in configured:
        yield failed(source, ROOT_NAME, _UNCONFIGURED)
    none = configured.get(_AUTHORIZER) == ""
    unlisted = configured.get(_UNLISTED, "").strip().casefold() == "true"
    above = dict.fromkeys(filter(None, map(str.strip, configured.get(_SUPER, "").split(";"))))
    for topic in topics:
        asset = f"{source}:{topic}"
        if none:
            yield Grant("world", asset, "read", "no authorizer on the cluster", ("world",))
            continue
        yield from readers(rights, source, topic)
        if unlisted and not any(one.about(topic) for one in rights):
            yield Grant("Everyone", asset, "read", f"{_UNLISTED}, and no ACL is about the topic", ("Everyone",))
        for principal in above:
            who = f"user:{principal.removeprefix('User:')}"
            yield Grant(who, asset, "read", f"{_SUPER} of the brokers", (who,))


def _acls(client: AdminClient) -> list[Acl]:
    """The ACLs on topics that the account may see."""
    from confluent_kafka.admin import (  # noqa: PLC0415 - a scan loads what it reads
        AclBindingFilter,
        AclOperation,
        AclPermissionType,
        ResourcePatternType,
        ResourceType,
    )

    every = AclBindingFilter(
        ResourceType.TOPIC, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    bindings = client.describe_acls(every, request_timeout=PATIENCE).result(PATIENCE + 5)
    return [
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


def _says_there_is_none(error: Exception) -> bool:
    from confluent_kafka import KafkaError  # noqa: PLC0415 - a scan loads what it reads

    return bool(error.args) and error.args[0].code() == KafkaError.SECURITY_DISABLED


def _configured(client: AdminClient) -> Mapping[str, str]:
    """The configuration of one broker as far as it may be seen, empty where it may not."""
    from confluent_kafka.admin import ConfigResource, ResourceType  # noqa: PLC0415 - a scan loads what it reads

    try:
        broker = min(client.list_topics(timeout=PATIENCE).brokers)
        resource = ConfigResource(ResourceType.BROKER, str(broker))
        (asked,) = client.describe_configs([resource], request_timeout=PATIENCE).values()
        return {name: one.value or "" for name, one in asked.result(PATIENCE + 5).items()}
    except Exception:  # noqa: BLE001 - whatever the client makes of a refusal; what is not known is said where it matters
        return {}


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
