"""Under which key a store was made: findings under another one cannot be recognised."""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the mark of the key, that of the newest run which noted one; a store without such a run takes that of its next writer."""
    op.add_column("writer", sa.Column("key_mark", sa.String(64)))
    runs = sa.table("runs", sa.column("number"), sa.column("document"))
    connection = op.get_bind()
    numbers = connection.execute(sa.select(runs.c.number).order_by(runs.c.number.desc())).scalars().all()
    for number in numbers:
        document = connection.execute(sa.select(runs.c.document).where(runs.c.number == number)).scalar_one()
        mark = _mark(document)
        if mark:
            connection.execute(sa.table("writer", sa.column("key_mark")).update().values(key_mark=mark))
            return


def _mark(document: bytes) -> str | None:
    try:
        mark = json.loads(zlib.decompress(document))["notes"]["key_mark"]
    except (zlib.error, ValueError, KeyError, TypeError):
        # A damaged run is told of when it is read.
        return None
    return mark if isinstance(mark, str) else None
