"""What the access list of a bucket or an object gives, as S3 and stores like it answer (GetBucketAcl, GetObjectAcl)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pii_audit.language import Text
from pii_audit.sources.file_share.refused import Refused

WORLD = "world"
_ANYBODY = frozenset({"AllUsers", "AuthenticatedUsers"})
"""The last part of the names of groups of everybody; anybody can have an account of AWS's, and of other stores'."""
_OF_THE_STORE = "http://acs.amazonaws.com/groups/s3/LogDelivery"
"""What writes the store's own logs."""
_RULES = frozenset({"FULL_CONTROL", "WRITE_ACP"})
"""Whoever may write the access list may give himself the rest."""
_PERMISSIONS = frozenset({"READ", "WRITE", "READ_ACP"}) | _RULES


@dataclass(frozen=True, slots=True)
class Granted:
    """What one entry gives to whom; of a bucket READ is to list the names of its objects, WRITE to put and replace them."""

    principal: str
    permission: str
    called: str

    @property
    def reads(self) -> bool:
        return self.permission == "READ" or self.permission in _RULES

    @property
    def changes(self) -> bool:
        return self.permission == "WRITE" or self.permission in _RULES


def granted(answer: Mapping[str, Any]) -> Iterator[Granted]:
    """The entries for others than the owner. Raises Refused for an answer that cannot be understood."""
    try:
        owner = (answer.get("Owner") or {}).get("ID")
        for one in answer.get("Grants") or ():
            found = _granted(one["Grantee"], one["Permission"], owner)
            if found is not None:
                yield found
    except (LookupError, TypeError, AttributeError):
        what = Text("访问控制列表无法解析", "an access list cannot be understood")
        raise Refused(what) from None


def _granted(grantee: Mapping[str, Any], permission: str, owner: str | None) -> Granted | None:
    """One entry; None for the owner's, and for the store itself."""
    if permission not in _PERMISSIONS:
        raise LookupError
    group, who = grantee.get("URI"), grantee.get("ID") or grantee.get("EmailAddress") or ""
    if group:
        name = group.rpartition("/")[2]
        if name in _ANYBODY:
            return Granted(WORLD, permission, f"{name} {permission}")
        return None if group == _OF_THE_STORE else Granted(f"group:{group}", permission, f"{permission} group:{group}")
    # MinIO keeps no lists: it answers with one entry for an owner without a name.
    if who == owner:
        return None
    if not who:
        raise LookupError
    return Granted(f"user:{who}", permission, f"{permission} user:{who}")
