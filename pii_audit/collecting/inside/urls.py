"""In place of `sources.database.urls`: the same parts of a URL by Python alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class URL:
    """The parts that a driver is given."""

    username: str | None
    password: str | None
    host: str | None
    port: int | None
    database: str | None
    query: Mapping[str, str]


def parsed(url: str) -> URL:
    """User, password, host, port, database and query of a URL; raises ValueError."""
    parts = urlsplit(url)
    return URL(
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        parts.hostname,
        parts.port,
        unquote(parts.path.lstrip("/")) or None,
        dict(parse_qsl(parts.query)),
    )
