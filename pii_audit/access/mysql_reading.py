"""Whether somebody who holds rights on a MySQL server comes to read a table or a view with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pii_audit.access.mysql_catalog import PUBLIC, Catalog, Entry, Place


class Reading:
    """Rights on everything, on databases, tables and columns; and those that a view needs on what it reads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def entries(self, place: Place, holders: Iterable[str]) -> Iterator[Entry]:
        """What these holders were granted on a table or its columns."""
        held = frozenset(holders)
        return (entry for entry in self._catalog.tables.get(place, ()) if entry.holder in held)

    def reads(self, place: Place, columns: frozenset[str] | None, holders: Iterable[str]) -> bool:
        """Whether these holders may read these columns of a table: all (None), or any one where none is named."""
        for holder in holders:
            account = self._catalog.accounts.get(holder)
            entry = self._catalog.database_entry(holder, place[0])
            if (account and "select" in account.rights) or (entry and "select" in entry.rights):
                return True
        granted = {entry.column for entry in self.entries(place, holders) if "select" in entry.rights}
        if None in granted:
            return True
        if columns is None:
            return False
        return columns <= granted if columns else bool(granted)

    def readable(self, place: Place, holders: Iterable[str]) -> bool:
        """Whether a view can be read at all: whoever it reads as has the rights on its tables.

        The invoker of a view that stands in another one is whoever that one reads as.
        """
        view = self._catalog.views.get(place)
        if view is None:
            return True
        reading = holders if view.definer is None else self.holders(view.definer)
        return all(
            self.reads(table, columns, reading) and self.readable(table, reading)
            for table, columns in view.reads.items()
        )

    def holders(self, definer: str) -> frozenset[str]:
        """What a definer holds: an account its own rights, none of its roles; a role also those that it was granted."""
        account = self._catalog.accounts.get(definer)
        roles = self._catalog.graph.inherited(definer) if account and account.role else ()
        return frozenset({definer, PUBLIC, *roles})
