"""Which of several grants counts: hosts and names of databases are patterns, and the server takes the most specific that fits, alone."""

from __future__ import annotations

import ipaddress

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
