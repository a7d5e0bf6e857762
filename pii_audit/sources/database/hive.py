"""Hive, through HiveServer2 and impyla. Not verified on a live server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset, AssetKind, Field
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database.catalog import GONE, CatalogEngine
from pii_audit.sources.database.engine import STATEMENT_SECONDS, Column
from pii_audit.sources.database.names import qualified, quoted, split
from pii_audit.sources.database.urls import parsed
from pii_audit.sources.interface import failed

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

PORT = 10_000


class HiveEngine(CatalogEngine):
    """Hive 2 and later; `hive://user:password@host:10000/database?auth_mechanism=PLAIN`. The url's database is read, and those that include names."""

    dialect = "hive"
    mark = "`"
    reasons: ClassVar[Mapping[int, Text]] = {}

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        from impala.error import Error  # type: ignore[import-not-found]  # noqa: PLC0415 - a scan loads what it reads
        from thrift.Thrift import TException  # type: ignore[import-not-found]  # noqa: PLC0415 - as above

        return (Error, TException, OSError)

    def connect(self, url: str) -> Any:
        from impala.dbapi import connect  # type: ignore[import-not-found]  # noqa: PLC0415 - as above

        parts = parsed(url)
        more: dict[str, Any] = dict(parts.query)
        return connect(
            host=parts.host,
            port=parts.port or PORT,
            database=parts.database,
            user=parts.username,
            password=parts.password,
            timeout=STATEMENT_SECONDS,
            **more,
        )

    def code(self, error: Exception) -> int:  # noqa: ARG002 - it numbers nothing that somebody could act on
        return 0

    def lost(self, error: Exception) -> bool:
        return isinstance(error, OSError)

    def databases(self, url: str, include: Sequence[str]) -> list[str]:
        """That of the url (`default` without one), and those that include names before a dot, without wildcards."""
        named = [pattern.partition(".")[0] for pattern in include if "." in pattern]
        listed = [name for name in named if not re.search(r"[*?\[]", name)]
        return list(dict.fromkeys([*(super().databases(url, include) or ["default"]), *listed]))

    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:
        for database in self.databases(session.url, include):
            name = quoted(database, self.mark)
            tables = [row[0] for row in session.rows(self.queries.sql("tables", database=name))]
            views = {row[0] for row in session.rows(self.queries.sql("views", database=name))}
            for table in sorted({*tables, *views}):
                asset = qualified(database, table)
                try:
                    fields = [
                        Field(column, type_, comment or None)
                        for column, type_, comment in self._described(session, asset)
                    ]
                except InspectionError as error:
                    yield failed(source, asset, error.what)
                    continue
                yield Asset(source, asset, AssetKind.VIEW if table in views else AssetKind.TABLE, tuple(fields))

    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        found = list(self._described(session, asset))
        if not found:
            raise InspectionError(GONE)
        return [Column(name, quoted(name, self.mark)) for name, _, _ in found]

    def _described(self, session: Session, asset: str) -> Iterator[tuple[str, str, str]]:
        """The columns; those that it is partitioned by are listed once more behind an empty line."""
        table = ".".join(quoted(part, self.mark) for part in split(asset))
        for name, type_, comment in session.rows(self.queries.sql("table", table=table)):
            if not (name or "").strip() or name.startswith("#"):
                return
            yield name.strip(), (type_ or "").strip(), (comment or "").strip()
