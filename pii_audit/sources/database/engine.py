"""What one kind of database server has to tell of itself; everything else is the same for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.sources.database.dialect import DatabaseDialect, load_dialect
from pii_audit.sources.database.names import quoted
from pii_audit.sources.interface import Sampling
from pii_audit.sources.reading import Ledger

if TYPE_CHECKING:
    from pii_audit.sources.database.session import Session

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 300
LOCK_SECONDS = 5
APPLICATION = "pii-audit"
"""The name under which the server's administrators see us."""
LONGEST = 1 << 20
"""Characters (bytes of binary cells) that are read of one cell."""
STATEMENT_BYTES = 8 << 20
"""About so much is asked for in one statement, so that each is short and little is in memory."""
SAMPLE_BYTES = 256 << 20
"""A sample asks for fewer rows where they are so wide that it would be larger."""
LARGE_SHARE = 4
"""A sample of more than a quarter of the rows is drawn from a pass over all of them."""

NO_RIGHT = Text(
    "没有权限读取，请授予 SELECT（见 pii-audit doctor --grants）",
    "no right to read it; grant SELECT on it (see pii-audit doctor --grants)",
)

Cell = str | bytes | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table that is read: `expression` gives its cells as text (bytes, if binary), cut after `longest` and one.

    Text that comes as bytes is in an encoding that nobody declared, or in `charset` where it is in none of those known.
    """

    name: str
    expression: str
    binary: bool = False
    charset: str | None = None
    readable: bool = True
    longest: int = LONGEST


class Engine(ABC):
    """One kind of server. It holds no connection, so that it may go to another process."""

    dialect: str
    """Its folder under scanners/database/."""
    mark = '"'
    """What stands around a quoted name."""

    @property
    def queries(self) -> DatabaseDialect:
        """The statements that are asked."""
        return load_dialect(self.dialect)

    @property
    @abstractmethod
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""

    @abstractmethod
    def connect(self, url: str) -> Any:
        """A new DBAPI connection (PEP 249), read-only, with time limits; raises one of `errors`."""

    def ask(self, cursor: Any, sql: str, parameters: Sequence[object]) -> None:
        """Runs a statement on a cursor of its driver."""
        cursor.execute(sql, parameters or None)

    @abstractmethod
    def stream(self, connection: Any, sql: str) -> Iterator[Sequence[Cell]]:
        """The rows of a statement a batch at a time, never all of them in memory."""

    @abstractmethod
    def lost(self, error: Exception) -> bool:
        """Whether the connection is gone, so that a new one may do better."""

    @abstractmethod
    def reason(self, error: Exception) -> Text:
        """Why it failed and what to do. Messages of servers quote data and are never repeated; codes are."""

    def databases(self, url: str, include: Sequence[str]) -> list[str]:  # noqa: ARG002 - MySQL reads several
        """The databases that are read: that of the url, without which most servers let nobody in."""
        from sqlalchemy.engine import make_url  # noqa: PLC0415 - a scan loads what it reads

        database = make_url(url).database
        return [database] if database else []

    def elsewhere(self, session: Session, include: Sequence[str]) -> Sequence[str]:
        """Other databases of the server, which are not read; raises InspectionError."""
        if "databases" not in self.queries.queries:
            return ()
        read = self.databases(session.url, include)
        return [name for (name,) in session.rows(self.queries.sql("databases")) if name not in read]

    def least_privileges(self, url: str, include: Sequence[str]) -> str:
        """The statements that give an account of ours the least that it needs, for an administrator to run; none for a file."""
        if "least_privileges" not in self.queries.queries:
            return ""
        databases = [quoted(name, self.mark) for name in self.databases(url, include)]
        return "".join(
            line.replace("{database}", name)
            for line in self.queries.queries["least_privileges"].sql.splitlines(keepends=True)
            for name in (databases if "{database}" in line else [""])
        )

    @abstractmethod
    def assets(self, session: Session, source: str, include: Sequence[str]) -> Iterator[Asset | Coverage]:
        """Everything that has rows, whatever is left out later; raises InspectionError."""

    @abstractmethod
    def columns(self, session: Session, asset: str) -> Sequence[Column]:
        """The columns of one table, in order; raises InspectionError, also where there is no such table."""

    @abstractmethod
    def rows(
        self, session: Session, columns: Sequence[Column], sampling: Sampling, ledger: Ledger
    ) -> Iterator[Sequence[Cell]]:
        """The rows of the ledger's asset or a sample of them; tells the ledger how many there are and what was drawn."""


def connect_arguments(url: str, driver: str) -> tuple[Sequence[Any], dict[str, Any]]:
    """What a driver is called with for a SQLAlchemy URL, its query included (`?sslmode=verify-full`)."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - a scan loads what it reads

    parsed = make_url(url).set(drivername=driver)
    words, named = parsed.get_dialect()().create_connect_args(parsed)
    return words, dict(named)


def width(row: Sequence[Cell]) -> int:
    """Characters and bytes of one row."""
    return sum(map(len, filter(None, row)))
