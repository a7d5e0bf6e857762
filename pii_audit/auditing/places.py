"""Where sources are: what lies elsewhere now tells nothing of what lay there before."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.workspace import Source, resolved

_BY_DATABASE = frozenset({"mysql", "mariadb"})
"""Servers of which `include` says in which databases they are looked into: what lies in another one is not listed at all."""


def place_of(source: Source) -> tuple[str, ...]:
    """Where a source points to, its url resolved already, without who asks; at which endpoint; and in which databases of a server."""
    try:
        parts = urlsplit(source.url)
    except ValueError:
        return source.url, source.endpoint or ""
    url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else source.url
    named = {pattern.partition(".")[0] for pattern in source.include if "." in pattern}
    return url, source.endpoint or "", *(sorted(named) if parts.scheme in _BY_DATABASE else ())


def places(sources: Iterable[Source], fingerprinter: Fingerprinter) -> dict[str, str]:
    """What a run notes of them: keyed hashes, since an address may say more than a report should."""
    return {f"source.{source.id}.place": fingerprinter.text("place", *place_of(resolved(source))) for source in sources}
