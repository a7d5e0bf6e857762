"""DM8 of Dameng, through its own driver; its catalog is Oracle's in most. Not verified on a live server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pii_audit.language import Text
from pii_audit.sources.database.catalog import GONE, LOCKED, REFUSED, UNREACHABLE, CatalogEngine
from pii_audit.sources.database.engine import NO_RIGHT
from pii_audit.sources.database.urls import parsed

PORT = 5236
_CODE = re.compile(r"CODE:\s*(-?\d+)")


class DmEngine(CatalogEngine):
    """DM8; `dm://user:password@host:5236`."""

    dialect = "dm"
    gone = frozenset({-70019, -70022, -6007})
    reasons: ClassVar[Mapping[int, Text]] = {
        -2501: REFUSED,
        -70028: UNREACHABLE,
        -5504: NO_RIGHT,
        -5515: NO_RIGHT,
        -2106: GONE,
        -6407: LOCKED,
    }

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        import dmPython  # type: ignore[import-not-found]  # noqa: PLC0415 - a scan loads what it reads

        return (dmPython.Error, OSError)

    def connect(self, url: str) -> Any:
        import dmPython  # noqa: PLC0415 - as above

        parts = parsed(url)
        return dmPython.connect(
            user=parts.username,
            password=parts.password,
            server=parts.host,
            port=parts.port or PORT,
            autoCommit=True,
            **dict(parts.query),
        )

    def code(self, error: Exception) -> int:
        """Its number; the words around it quote data and are not looked at."""
        found = _CODE.search(str(error))
        return int(found[1]) if found else 0

    def expression(self, name: str, type_: str) -> str | None:
        return None if type_.startswith(("class", "bfile", "sysgeo")) else name
