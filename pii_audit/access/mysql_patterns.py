"""Which of several grants counts, and for whom: hosts and names of databases are patterns, and the server takes the most specific that fits, alone."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from pii_audit.sources.database.mysql_rows import like

EXACT = 128
"""The rank of a name without a wildcard; one with a wildcard ranks by where that stands (get_sort in sql_acl.cc)."""


def covers(wide: str, narrow: str) -> bool:
    """Whether whoever comes from one host, or from hosts of one pattern, comes from those of the other too."""
    if like(wide.casefold()).fullmatch(narrow.casefold()):
        return True
    if "/" not in wide:
        return False
    try:
        network, inner = ipaddress.ip_network(wide, strict=False), ipaddress.ip_network(narrow, strict=False)
        return network.version == inner.version and inner.subnet_of(network)  # type: ignore[arg-type]
    except ValueError:  # a name, or a pattern of addresses
        return False


def specificity(pattern: str) -> int:
    """How much of a pattern stands before its first wildcard: the more, the earlier the server tries it."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] in "%_":
            return min(at + 1, EXACT - 1)
        at += 1
    return EXACT


def key(user: str, host: str) -> str:
    """`app@%`; a role of MariaDB has no host."""
    return f"{user}@{host}" if host else user


def parted(grantee: str) -> tuple[str, str]:
    """The user and the host of such a name."""
    user, _, host = grantee.rpartition("@")
    return (user, host) if user else (host, "")


class Hosts:
    """Who shares in what: an account has what was granted to one of the same name from more hosts than its own.

    Rights on everything are not shared (MySQL Reference Manual, 8.2.7; tried on MariaDB 10.11, which shares roles too).
    """

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._named: dict[str, list[str]] = defaultdict(list)
        for user, host in accounts:
            self._named[user].append(host)

    def sharing(self, grantee: str) -> Iterator[str]:
        """The accounts that come from some of its hosts."""
        user, host = parted(grantee)
        return (key(user, one) for one in self._named[user] if one != host and covers(host, one))

    def most_specific(self, grantees: Collection[str]) -> dict[str, str]:
        """Of each account the one grantee that counts: itself where it is among them."""
        found: dict[str, str] = {}
        for grantee in sorted(grantees, key=lambda one: specificity(parted(one)[1])):
            found |= dict.fromkeys(self.sharing(grantee), grantee)
        return found | {grantee: grantee for grantee in grantees}
