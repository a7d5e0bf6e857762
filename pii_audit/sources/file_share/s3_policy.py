"""What a bucket's policy says: its statements, for whom they are, and which of their conditions let in a known circle alone.

What "public" means is AWS's (Amazon S3 User Guide, "Blocking public access"); other stores take patterns where AWS wants names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

EVERYBODY = "*"
_ACCOUNT = 4
"""Which part of an ARN is the account."""
_NARROW = frozenset(
    {
        *(f"aws:source{what}" for what in ("ip", "vpc", "vpce", "arn", "account", "owner", "orgid", "orgpaths")),
        *(f"aws:principal{what}" for what in ("orgid", "orgpaths", "arn", "account")),
        "aws:userid",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    }
)
"""Keys of conditions that keep a statement from being public, where their values are fixed.

`aws:username` is none: every account may have a user of that name.
"""
_WIDE = {4: 8, 6: 32}
"""Networks with shorter prefixes are public (Amazon S3 User Guide, "The meaning of public")."""
_ANY = frozenset("*?")


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
    circle: str = ""
    """The condition that lets in those alone who fulfil it; empty where none does."""
    closing: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether, as an Allow, it speaks of everybody."""
        return self.not_principals or any(map(_is_anybody, self.principals))

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
            spared = {principal, *_accounts(principal)} & {*self.principals}
            return not spared and not any(
                _is_anybody(one) or _glob(one).fullmatch(principal) for one in self.principals
            )
        return bool({EVERYBODY, principal, *_accounts(principal)} & {*self.principals})


def left_by(denials: Collection[Statement], principal: str) -> Iterator[str]:
    """Whom of a principal these denials leave: itself, or those within it whom every one of them spares by name."""
    if not any(one.denies(principal) for one in denials):
        yield principal
        return
    for spared in dict.fromkeys(name for one in denials if one.not_principals for name in one.principals):
        within = principal in (EVERYBODY, *_accounts(spared))
        if within and not any(one.denies(spared) for one in denials):
            yield spared


def statement(section: Mapping[str, Any], number: int) -> Statement:
    """A statement as it stands in the policy; raises all that wrong types raise."""
    principals = section.get("Principal", section.get("NotPrincipal"))
    named = principals if isinstance(principals, Mapping) else {"AWS": principals}
    conditions = section.get("Condition") or {}
    sid = section.get("Sid")
    return Statement(
        f'"{sid}"' if sid else f"statement {number}",
        section["Effect"] == "Allow",
        tuple(str(one) for values in named.values() for one in listed(values)),
        "NotPrincipal" in section,
        tuple(map(str, listed(section.get("Action", section.get("NotAction"))))),
        "NotAction" in section,
        # Other partitions are spelled arn:aws-cn:…; a bucket is in one of them.
        tuple(
            re.sub(r"^arn:[^:]*:", "arn:aws:", str(one))
            for one in listed(section.get("Resource", section.get("NotResource")))
        ),
        "NotResource" in section,
        bool(conditions),
        next((found for operator, keys in conditions.items() for found in _circles(operator, keys)), ""),
    )


def _circles(operator: str, keys: Mapping[str, Any]) -> Iterator[str]:
    """The conditions that let in some fixed ones alone; none where they hold for requests that do not have their key."""
    small = operator.lower()
    if "not" in small or small in ("null", "bool") or small.endswith("ifexists") or small.startswith("forallvalues:"):
        return
    for key, values in keys.items():
        found = list(map(str, listed(values)))
        parts = small.rpartition(":")[2].startswith("arn")
        if key.lower() in _NARROW and not any(_fits_many(key.lower(), value, parts=parts) for value in found):
            yield f"{key} {', '.join(found)}"


def _fits_many(key: str, value: str, *, parts: bool) -> bool:
    """Whether a value of a condition fits nearly everybody: any, a variable, any account, or a large part of the internet.

    `parts` says that an asterisk stands for something within one part of an ARN.
    """
    if "${" in value:
        return True
    if _ANY & set(value):
        if key.endswith("arn"):
            return _is_of_any_account(value, parts=parts)
        # The rest of a path in an organisation (o-1/r-1/*), and of a role's session (AROA…:*), are within what is fixed.
        fixed, _, _ = value.partition("/" if key.endswith("orgpaths") else ":" if key == "aws:userid" else "\0")
        return bool(_ANY & set(fixed))
    with suppress(ValueError):
        network = ip_network(value, strict=False)
        return network.prefixlen < _WIDE[network.version] and not network.is_private
    return False


def _is_of_any_account(arn: str, *, parts: bool = False) -> bool:
    """Whether a pattern for ARNs fixes no account."""
    before, account = arn.split(":")[:_ACCOUNT], arn.split(":")[_ACCOUNT : _ACCOUNT + 1]
    fixed = parts or not _ANY & set(":".join(before))
    return not (fixed and account and account[0].isdigit())


def _is_anybody(principal: str) -> bool:
    """Whether a principal is a pattern for those of any account (`*`, `arn:aws:iam::*:root`)."""
    return bool(_ANY & set(principal)) and _is_of_any_account(principal)


def listed(value: Any) -> list[Any]:
    """A list, also of what stands there alone."""
    return value if isinstance(value, list) else [] if value is None else [value]


def principal_of(value: str) -> str:
    """An ARN or account as principals are written in policies: users, roles, and whole accounts as groups."""
    what = value.split(":", 5)[-1]
    if _ANY & set(value):
        return f"group:{value}"
    if what.startswith(("role/", "assumed-role/")):
        return f"role:{value}"
    return f"user:{value}" if what.startswith("user/") else f"group:{value}"


def _accounts(principal: str) -> tuple[str, ...]:
    """How statements name the whole account of a principal."""
    parts = principal.split(":")
    account = parts[_ACCOUNT] if principal.startswith("arn:") and len(parts) > _ACCOUNT + 1 else principal
    return (
        (account, f"{':'.join(parts[:2])}:iam::{account}:root", f"arn:aws:iam::{account}:root")
        if account.isdigit()
        else ()
    )


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
