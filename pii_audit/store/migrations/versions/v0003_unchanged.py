"""What was seen in files that need not be read again while they do not change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the table; it fills with the next run."""
    op.create_table(
        "unchanged",
        sa.Column("file", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("recorded", sa.Boolean, nullable=False),
        sa.Column("definitions", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("content", sa.String(64)),
        sa.Column("document", sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_index("unchanged_run", "unchanged", ["run"])
