"""What tests of programs with SQL in them ask."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlglot")


class Programs:
    """Files in a folder, read over the tables of a warehouse."""

    def __init__(self, relations) -> None:
        self.relations = relations

    def traced(self, name: str, text: str, *, dialect: str = "postgresql", **others: str):
        """One file as it was traced; `others` are scripts beside it, by the names of their files with `_` for the dot."""
        from pii_audit.lineage.dialects import load_dialect
        from pii_audit.lineage.functions import Functions
        from pii_audit.lineage.library import Library

        scripts = {name: text.encode(), **{key.replace("_", "."): value.encode() for key, value in others.items()}}
        return Library(scripts, load_dialect(dialect), self.relations, Functions(), {}).traced(name)

    def columns(self, name: str, text: str, **more: str) -> dict[str, str]:
        """What leaves by a file without gaps: `line:column` of each column, and what it is made of."""
        from pii_audit.lineage.graph import leaves

        traced = self.traced(name, text, **more)
        assert [f"{gap.place} {gap.reason.en}" for gap in traced.gaps] == []
        return {
            str(column.place): "+".join(sorted({leaf.column for leaf in leaves(column.node)}))
            for output in traced.outputs
            for column in output.columns
        }

    def gaps(self, name: str, text: str, **more: str) -> list[str]:
        """What could not be made out in a file: `line:column reason`."""
        return [f"{gap.place} {gap.reason.en}" for gap in self.traced(name, text, **more).gaps]


@pytest.fixture
def programs(warehouse) -> Programs:
    return Programs(warehouse.relations)
