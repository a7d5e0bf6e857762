"""The life of findings: what people decided, and the chained history of every step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the history; findings that stand already get their first step when a run or a person next touches them."""
    document = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
    op.add_column("findings", sa.Column("until", sa.String(10)))
    op.add_column("findings", sa.Column("life", document))
    op.create_table(
        "history",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("document", document, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("history_finding", "history", ["fingerprint"])
    if op.get_bind().dialect.name in ("mysql", "mariadb"):
        # A name may be longer than the 64 KB of MySQL's TEXT.
        for table, columns in _NAMES.items():
            for column, required in columns.items():
                op.alter_column(table, column, type_=mysql.LONGTEXT(), existing_nullable=not required)


_NAMES = {
    "coverage": {"source": True, "asset": True},
    "assets": {"asset": True},
    "inventory": {"asset": True, "field": False},
    "findings": dict.fromkeys(
        ("suppressed_by", "source", "asset", "flow", "recipient", "principal", "unit", "owner"), False
    ),
    "observations": {"suppressed_by": False},
}
"""Columns that hold names of any length, and whether they are required."""
