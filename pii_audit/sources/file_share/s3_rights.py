"""Who may read the objects of a bucket: its policy, the access lists of objects, and the block on public access.

What "public" means is AWS's (Amazon S3 User Guide, "Blocking public access"). Policies of users and roles (IAM) are not in the bucket.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from pii_audit.language import Text
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.remote import Refused

if TYPE_CHECKING:
    from botocore.client import BaseClient

WORLD = "world"
EVERYBODY = "*"
_ACTIONS = {"read": ("s3:GetObject", "s3:GetObjectVersion"), "write": ("s3:PutObject",)}
"""Any of them is enough: an object of a bucket without versions is read as its version `null` as well."""
_GROUPS = "http://acs.amazonaws.com/groups/global/"
_READS = ("READ", "FULL_CONTROL", "WRITE_ACP")
"""Whoever may write the access list may give himself the rest."""
_NARROW = frozenset(
    {
        *(f"aws:source{what}" for what in ("ip", "vpc", "vpce", "arn", "account", "owner", "orgid", "orgpaths")),
        *(f"aws:principal{what}" for what in ("orgid", "orgpaths", "arn", "account")),
        "aws:userid",
        "aws:username",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    }
)
"""Keys of conditions that keep a statement from being public, where their values are fixed."""
_NONE = frozenset({"NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError"})
_UNKNOWN = frozenset(
    {"NotImplemented", "MethodNotAllowed", "XNotImplemented", "NotSupported", "MalformedXML", "501", "405"}
)
"""What other stores than AWS's answer to what they have not."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; the `not_` ones mean everything but what is listed."""

    named: str
    allow: bool
    principals: tuple[str, ...]
    not_principals: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    conditional: bool
    narrow: bool
    closing: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether it speaks of everybody."""
        return self.not_principals or EVERYBODY in self.principals

    def covers(self, action: str, resource: str) -> bool:
        """Whether it speaks of an action on an object: an Allow for somebody perhaps, a Deny for everybody surely."""
        acts = any(_glob(one.lower()).fullmatch(action.lower()) for one in self.actions)
        # What a variable stands for differs from one to another (`home/${aws:username}/*`).
        open_ = self.allow != self.not_resources
        found = any(_glob(one, variables=open_).fullmatch(resource) for one in self.resources)
        return acts != self.not_actions and found != self.not_resources

    def denies(self, principal: str) -> bool:
        """Whether, as a Deny, it holds for a principal whatever the circumstances."""
        if self.conditional:
            return False
        if self.not_principals:
            return principal not in self.principals
        return self.public or bool({principal, *_accounts(principal)} & {*self.principals})


class BucketRights:
    """The rights on the objects of one bucket; `problems` are what of them could not be asked for, `lists` says whether objects have access lists that may be asked for."""

    def __init__(self, client: BaseClient, bucket: str, endpoint: str | None) -> None:
        self._client, self._bucket = client, bucket
        self._at = f" --endpoint-url {shlex.quote(endpoint)}" if endpoint else ""
        self._statements: tuple[Statement, ...] = ()
        self._ignores_lists = self._restricts = False
        self.lists = True
        self.problems: list[Exception] = []

    def load(self) -> None:
        """Asks for what is said of the bucket as a whole."""
        block = self._asked("get_public_access_block").get("PublicAccessBlockConfiguration", {})
        self._ignores_lists = bool(block.get("IgnorePublicAcls"))
        self._restricts = bool(block.get("RestrictPublicBuckets"))
        rules = self._asked("get_bucket_ownership_controls").get("OwnershipControls", {}).get("Rules", ())
        self.lists = not any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)
        policy = self._asked("get_bucket_policy").get("Policy")
        if policy is None:
            return
        try:
            self._statements = self._parsed(json.loads(policy))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            what = Text("存储桶策略无法解析", "the bucket's policy cannot be understood")
            self.problems.append(Refused(what))

    def grants(self, asset: str, key: str) -> Iterator[Grant]:
        """Those on one object; raises what botocore raises."""
        resource = f"arn:aws:s3:::{self._bucket}/{key}"
        for privilege, actions in _ACTIONS.items():
            found: dict[Grant, None] = {}
            for action in actions:
                said = [one for one in self._statements if one.covers(action, resource)]
                denials = [one for one in said if not one.allow]
                for one in said:
                    if one.allow:
                        found |= dict.fromkeys(self._by_policy(one, denials, asset, privilege))
            yield from found
        if self.lists:
            denied = [one for one in self._statements if not one.allow and one.denies(EVERYBODY)]
            closed = all(any(one.covers(action, resource) for one in denied) for action in _ACTIONS["read"])
            yield from self._by_list(asset, key, everybody=not closed)

    def _by_policy(
        self, statement: Statement, denials: Sequence[Statement], asset: str, privilege: str
    ) -> Iterator[Grant]:
        opened = f"bucket policy {statement.named}"
        if statement.public:
            if statement.narrow or self._restricts or any(one.denies(EVERYBODY) for one in denials):
                return
            yield Grant(WORLD, asset, privilege, opened, (WORLD, opened), closing=statement.closing)
            return
        for principal in statement.principals:
            if not any(one.denies(principal) for one in denials):
                named = _principal(principal)
                # The statement would go for the others as well.
                closing = statement.closing if len(statement.principals) == 1 else ()
                yield Grant(named, asset, privilege, opened, (named, opened), closing=closing)

    def _by_list(self, asset: str, key: str, *, everybody: bool) -> Iterator[Grant]:
        answer = self._client.get_object_acl(Bucket=self._bucket, Key=key)
        owner = answer.get("Owner", {}).get("ID")
        closing = f"aws s3api put-object-acl{self._at} --acl private --bucket {self._bucket} --key {shlex.quote(key)}"
        for one in answer.get("Grants", ()):
            grantee, permission = one.get("Grantee", {}), one.get("Permission")
            if permission not in _READS:
                continue
            group = grantee.get("URI", "").removeprefix(_GROUPS)
            # Anybody can have an account of AWS's.
            if group in ("AllUsers", "AuthenticatedUsers"):
                if everybody and not self._ignores_lists:
                    opened = f"object ACL {group} {permission}"
                    yield Grant(WORLD, asset, "read", opened, (WORLD, opened), closing=(closing,))
            elif grantee.get("ID") and grantee["ID"] != owner:
                named = f"user:{grantee['ID']}"
                opened = f"object ACL {permission} {named}"
                yield Grant(named, asset, "read", opened, (named, opened), closing=(closing,))

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
        sections = _listed(policy.get("Statement"))
        return tuple(
            replace(_statement(one, number), closing=(self._without(policy, sections, one),))
            for number, one in enumerate(sections, 1)
        )

    def _without(self, policy: Mapping[str, Any], sections: Sequence[Any], one: Any) -> str:
        """The command that takes one statement out of the policy."""
        rest = [other for other in sections if other is not one]
        if not rest:
            return f"aws s3api delete-bucket-policy{self._at} --bucket {self._bucket}"
        text = json.dumps({**policy, "Statement": rest}, separators=(",", ":"))
        return f"aws s3api put-bucket-policy{self._at} --bucket {self._bucket} --policy {shlex.quote(text)}"


def _statement(section: Mapping[str, Any], number: int) -> Statement:
    principals = section.get("Principal", section.get("NotPrincipal"))
    named = principals if isinstance(principals, Mapping) else {"AWS": principals}
    conditions = section.get("Condition") or {}
    sid = section.get("Sid")
    return Statement(
        f'"{sid}"' if sid else f"statement {number}",
        section["Effect"] == "Allow",
        tuple(str(one) for listed in named.values() for one in _listed(listed)),
        "NotPrincipal" in section,
        tuple(map(str, _listed(section.get("Action", section.get("NotAction"))))),
        "NotAction" in section,
        # Other partitions are spelled arn:aws-cn:…; a bucket is in one of them.
        tuple(
            re.sub(r"^arn:[^:]*:", "arn:aws:", str(one))
            for one in _listed(section.get("Resource", section.get("NotResource")))
        ),
        "NotResource" in section,
        bool(conditions),
        any(_narrows(operator, keys) for operator, keys in conditions.items()),
    )


def _narrows(operator: str, keys: Mapping[str, Any]) -> bool:
    """Whether a condition lets in some fixed ones alone; not where it holds for requests that do not have its key."""
    small = operator.lower()
    if "not" in small or small in ("null", "bool") or small.endswith("ifexists") or small.startswith("forallvalues:"):
        return False
    return any(
        key.lower() in _NARROW and not any(_anybody(str(value)) for value in _listed(values))
        for key, values in keys.items()
    )


def _anybody(value: str) -> bool:
    """Whether a value of a condition fits nearly everybody: any, a variable, any account, or a large part of the internet."""
    if not value.strip("*?") or "${" in value:
        return True
    if value.startswith("arn:"):
        return bool(set("*?") & set("".join(value.split(":")[4:5])))
    with suppress(ValueError):
        network = ip_network(value, strict=False)
        return network.prefixlen < _WIDE[network.version] and not network.is_private
    return False


_WIDE = {4: 8, 6: 32}
"""Networks with shorter prefixes are public (Amazon S3 User Guide, "The meaning of public")."""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _principal(value: str) -> str:
    """An ARN or account as principals are written in policies: users, roles, and whole accounts as groups."""
    what = value.split(":", 5)[-1]
    if what.startswith(("role/", "assumed-role/")):
        return f"role:{value}"
    return f"user:{value}" if what.startswith("user/") else f"group:{value}"


def _accounts(principal: str) -> tuple[str, ...]:
    """How statements name the whole account of a principal."""
    parts = principal.split(":")
    account = parts[4] if principal.startswith("arn:") and len(parts) > _ACCOUNT else principal
    return (
        (account, f"{':'.join(parts[:2])}:iam::{account}:root", f"arn:aws:iam::{account}:root")
        if account.isdigit()
        else ()
    )


_ACCOUNT = 5
_VARIABLE = re.compile(r"(\$\{[*?$]\}|\$\{[^}]*\}|[*?])")


@lru_cache(maxsize=4096)
def _glob(pattern: str, *, variables: bool = False) -> re.Pattern[str]:
    """A pattern with `*` and `?`; where `variables`, what `${…}` stands for is anything, else itself. `${*}` is an asterisk."""
    translated = []
    for part in _VARIABLE.split(pattern):
        if part in ("*", "?"):
            translated.append(".*" if part == "*" else ".")
        elif part in ("${*}", "${?}", "${$}"):
            translated.append(re.escape(part[2]))
        else:
            translated.append(".*" if variables and _VARIABLE.fullmatch(part) else re.escape(part))
    return re.compile("".join(translated), re.DOTALL)
