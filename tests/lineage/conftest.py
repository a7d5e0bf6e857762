"""A small warehouse, and what tests of lineage ask of a script."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlglot")

TABLES = {
    "core.customer": ("cust_no", "name", "phone", "id_no", "email", "dt"),
    "core.account": ("acct", "cust_no", "balance", "opened"),
    "core.store_sales": ("ss_customer_sk", "ss_item_sk", "ss_net_paid", "ss_sold_date_sk"),
    "core.web_sales": ("ws_bill_customer_sk", "ws_item_sk", "ws_net_paid", "ws_sold_date_sk"),
    "core.item": ("i_item_sk", "i_item_id", "i_category"),
    "core.date_dim": ("d_date_sk", "d_year", "d_moy"),
    "core.dsdgen_customer": ("c_customer_sk", "c_first_name", "c_last_name", "c_email_address", "c_current_addr_sk"),
    "core.customer_address": ("ca_address_sk", "ca_state", "ca_street_name"),
    "core.staff": ("id", "boss", "name"),
}


class Warehouse:
    """Tables of one source, and scripts over them."""

    def __init__(self) -> None:
        from pii_audit.lineage.relations import Relations, Stored

        self.relations = Relations(
            Stored(f"core:{name.removeprefix('core.')}", "core", name.removeprefix("core."), columns)
            for name, columns in TABLES.items()
        )

    def trace(self, sql: str, dialect: str = "postgresql", **variables: str):
        """The script as it was traced."""
        from pii_audit.lineage.dialects import load_dialect
        from pii_audit.lineage.tracing import trace

        return trace(sql, load_dialect(dialect), self.relations, variables=variables)

    def columns(self, sql: str, dialect: str = "postgresql", **variables: str) -> dict[str, set[str]]:
        """What the columns of the one output of a script are made of; the script has no gaps."""
        from pii_audit.lineage.graph import leaves

        traced = self.trace(sql, dialect, **variables)
        assert [gap.reason.en for gap in traced.gaps] == []
        (output,) = traced.outputs
        return {
            column.name: {f"{leaf.asset.removeprefix('core:')}.{leaf.column}" for leaf in leaves(column.node)}
            for column in output.columns
        }

    def gaps(self, sql: str, dialect: str = "postgresql") -> list[str]:
        """What could not be traced: `line:column reason`."""
        return [f"{gap.place} {gap.reason.en}" for gap in self.trace(sql, dialect).gaps]


@pytest.fixture(scope="session")
def warehouse() -> Warehouse:
    return Warehouse()
