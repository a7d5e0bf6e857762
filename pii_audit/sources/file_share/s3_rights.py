"""Who may read the objects of a bucket: its policy, its access list and those of objects, and the block on public access.

Policies of users and roles (IAM) are not in the bucket.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pii_audit.language import Text
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.refused import Refused
from pii_audit.sources.file_share.s3_lists import WORLD, Granted, granted
from pii_audit.sources.file_share.s3_policy import EVERYBODY, Statement, left_by, listed, principal_of, statement

if TYPE_CHECKING:
    from botocore.client import BaseClient

_READS = ("s3:GetObject", "s3:GetObjectVersion")
"""Any of them is enough: an object of a bucket without versions is read as its version `null` as well."""
_GIVES = ("s3:PutObjectAcl", "s3:PutObjectVersionAcl")
"""Whoever may write the access list of an object may give himself the rest, as who may write the bucket's policy may."""
_OF_BUCKET = "s3:PutBucketPolicy"
_NONE = frozenset({"NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError"})
_UNKNOWN = frozenset(
    {"NotImplemented", "MethodNotAllowed", "XNotImplemented", "NotSupported", "MalformedXML", "501", "405"}
)
"""What other stores than AWS's answer to what they have not."""


class BucketRights:
    """The rights on the objects of one bucket; `problems` are what of them could not be asked for, `lists` says whether objects have access lists that may be asked for."""

    def __init__(self, client: BaseClient, bucket: str, endpoint: str | None) -> None:
        self._client, self._bucket = client, bucket
        self._at = f" --endpoint-url {shlex.quote(endpoint)}" if endpoint else ""
        self._statements: tuple[Statement, ...] = ()
        self._ignores_lists = self._restricts = False
        host = urlsplit(endpoint or "").hostname or ".amazonaws.com"
        self._other = not host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        self._of_bucket: list[Granted] = []
        self.lists = True
        self.problems: list[Exception] = []

    def load(self) -> None:
        """Asks for what is said of the bucket as a whole."""
        block = self._asked("get_public_access_block").get("PublicAccessBlockConfiguration", {})
        self._ignores_lists = bool(block.get("IgnorePublicAcls"))
        self._restricts = bool(block.get("RestrictPublicBuckets"))
        rules = self._asked("get_bucket_ownership_controls").get("OwnershipControls", {}).get("Rules", ())
        self.lists = not any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)
        if self.lists:
            self._load_list()
        policy = self._asked("get_bucket_policy").get("Policy")
        if policy is None:
            return
        try:
            self._statements = self._parsed(json.loads(policy))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            what = Text("存储桶策略无法解析", "the bucket's policy cannot be understood")
            self.problems.append(Refused(what))

    def grants(self, asset: str, key: str) -> Iterator[Grant]:
        """Those on one object; raises what botocore raises, and Refused for an access list that is none."""
        whole = f"arn:aws:s3:::{self._bucket}"
        resource = f"{whole}/{key}"
        reads = [(action, resource) for action in (*_READS, *(_GIVES if self.lists else ()))]
        asked = {"read": [*reads, (_OF_BUCKET, whole)], "write": [("s3:PutObject", resource)]}
        for privilege, actions in asked.items():
            found: dict[Grant, None] = {}
            for action, where in actions:
                said = [one for one in self._statements if one.covers(action, where)]
                denials = [one for one in said if not one.allow]
                for one in said:
                    if one.allow:
                        found |= dict.fromkeys(self._by_policy(one, denials, asset, privilege))
            yield from found
        yield from self._by_lists(asset, key, resource)

    def _by_lists(self, asset: str, key: str, resource: str) -> Iterator[Grant]:
        command = f"aws s3api put-{{}}-acl{self._at} --acl private --bucket {self._bucket}"
        for one in self._of_bucket:
            if one.changes:
                closing = command.format("bucket")
                for who in self._left(one, ("s3:PutObject",), resource):
                    yield _grant(who, asset, "write", f"bucket ACL {one.called}", closing)
        for one in granted(self._client.get_object_acl(Bucket=self._bucket, Key=key)) if self.lists else ():
            if one.reads:
                closing = f"{command.format('object')} --key {shlex.quote(key)}"
                for who in self._left(one, _READS, resource):
                    yield _grant(who, asset, "read", f"object ACL {one.called}", closing)

    def _load_list(self) -> None:
        try:
            self._of_bucket = list(granted(self._asked("get_bucket_acl")))
        except Refused as error:
            self.problems.append(error)
        open_ = [one for one in self._of_bucket if one.principal == WORLD and one.reads and not self._ignores_lists]
        if open_ and self._other:
            # AWS lets them list the names of objects. OSS and COS let them read those that have no list of their own.
            said = Text(
                "存储桶 ACL 允许所有人 READ：有的存储据此开放其中的对象，此处无法得知",
                "the bucket's access list gives everybody READ: some stores open its objects by that, and this one does not say",
            )
            self.problems.append(Refused(said))

    def _left(self, one: Granted, actions: Sequence[str], resource: str) -> Iterable[str]:
        """Who has what a list gives: of everybody, those whom the block on public access and the policy leave."""
        if one.principal != WORLD:
            return (one.principal,)
        if self._ignores_lists:
            return ()
        denials = [said for said in self._statements if not said.allow]
        by_action = ([said for said in denials if said.covers(action, resource)] for action in actions)
        return dict.fromkeys(_named(who) for covering in by_action for who in left_by(covering, EVERYBODY))

    def _by_policy(self, said: Statement, denials: Sequence[Statement], asset: str, privilege: str) -> Iterator[Grant]:
        if said.public and self._restricts and not said.circle:
            return
        # Where it names several, the statement would go for the others as well.
        closing = said.closing if said.public or len(said.principals) == 1 else ()
        for principal in (EVERYBODY,) if said.public else said.principals:
            for who in left_by(denials, principal):
                named = f"group:{said.circle}" if said.circle and who == EVERYBODY else _named(who)
                yield _grant(named, asset, privilege, f"bucket policy {said.named}", *closing)

    def _asked(self, operation: str) -> Mapping[str, Any]:
        """An answer about the bucket; empty where it has no such setting, or the store knows none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - a scan loads what it reads

        try:
            answer: Mapping[str, Any] = getattr(self._client, operation)(Bucket=self._bucket)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == "NoSuchBucket":
                raise
            if code not in _NONE | _UNKNOWN:
                self.problems.append(error)
            return {}
        return answer

    def _parsed(self, policy: Mapping[str, Any]) -> tuple[Statement, ...]:
        sections = listed(policy.get("Statement"))
        return tuple(
            replace(statement(one, number), closing=(self._without(policy, sections, one),))
            for number, one in enumerate(sections, 1)
        )

    def _without(self, policy: Mapping[str, Any], sections: Sequence[Any], one: Any) -> str:
        """The command that takes one statement out of the policy."""
        rest = [other for other in sections if other is not one]
        if not rest:
            return f"aws s3api delete-bucket-policy{self._at} --bucket {self._bucket}"
        text = json.dumps({**policy, "Statement": rest}, separators=(",", ":"))
        return f"aws s3api put-bucket-policy{self._at} --bucket {self._bucket} --policy {shlex.quote(text)}"


def _named(who: str) -> str:
    return WORLD if who == EVERYBODY else principal_of(who)


def _grant(who: str, asset: str, privilege: str, opened: str, *closing: str) -> Grant:
    return Grant(who, asset, privilege, opened, (who, opened), closing=closing)
