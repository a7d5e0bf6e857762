"""URLs of servers, as SQLAlchemy writes them, for drivers that take their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


def parsed(url: str) -> URL:
    """User, password, host, port, database and query of a URL; raises ArgumentError or ValueError."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - a scan loads what it reads

    return make_url(url)
