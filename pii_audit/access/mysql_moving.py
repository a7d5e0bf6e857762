"""Tables that an account may not read where they are, but may move to where it reads.

RENAME TABLE wants ALTER and DROP where the table is, CREATE and INSERT where it goes to (MariaDB Knowledge Base, RENAME TABLE), and
what was granted on a database counts for whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pii_audit.access.mysql_catalog import Catalog, Place
from pii_audit.access.mysql_reading import Reading

TAKES = frozenset({"alter", "drop"})
PUTS_AND_READS = frozenset({"create", "insert", "select"})
_WILD = re.compile(r"\\(.)|%|(_)")


class Moving:
    """To which database somebody can move a table, to read it there."""

    def __init__(self, catalog: Catalog, reading: Reading) -> None:
        self._catalog = catalog
        self._reading = reading

    def landing(self, place: Place, holders: Collection[str]) -> str | None:
        """A pattern of databases that will do; None where the table stays closed, or is open where it is."""
        if place in self._catalog.views or self._reading.reads(place, None, holders):
            return None
        held = self._rights(place[0], holders)
        held |= {right for entry in self._reading.entries(place, holders) if not entry.column for right in entry.rights}
        if not held >= TAKES:
            return None
        return next(
            (name for name in self._reads_whole(holders) if self._rights(name, holders) >= PUTS_AND_READS), None
        )

    def _reads_whole(self, holders: Collection[str]) -> Iterator[str]:
        """A name for each grant on databases that lets somebody read whatever is in one."""
        for holder in holders:
            for entry in self._catalog.databases.get(holder, ()):
                if "select" in entry.rights:
                    yield _WILD.sub(lambda found: found[1] or ("x" if found[2] else ""), entry.database)

    def _rights(self, database: str, holders: Collection[str]) -> set[str]:
        held: set[str] = set()
        for holder in holders:
            account, entry = self._catalog.accounts.get(holder), self._catalog.database_entry(holder, database)
            held |= (account.rights if account else frozenset()) | (entry.rights if entry else frozenset())
        return held
