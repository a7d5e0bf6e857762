"""Seals of runs and of what they said of findings: a row that was changed by hand is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the seals; runs from before them stay without, since nobody can say what was done to them since."""
    for table in ("runs", "observations"):
        op.add_column(table, sa.Column("seal", sa.String(64)))
