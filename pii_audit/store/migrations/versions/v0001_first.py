"""The first form of the store: runs, coverage, inventory, sketches, findings and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes all tables. Nothing here is imported from the program: what a version wrote does not change later."""
    _runs()
    _inventory()
    _findings()


def _document() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def _packed() -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def _runs() -> None:
    writer = op.create_table("writer", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    op.bulk_insert(writer, [{"id": 1}])
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("finished", sa.String(32), nullable=False),
        sa.Column("findings", sa.Integer, nullable=False),
        sa.Column("incomplete", sa.Boolean, nullable=False),
        sa.Column("document", _packed(), nullable=False),
    )
    op.create_table(
        "coverage",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("asset_key", sa.String(64), nullable=False),
        sa.Column("source_key", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("total", sa.BigInteger),
        sa.Column("draws", sa.BigInteger),
        sa.Column("document", _document(), nullable=False),
    )
    op.create_index("coverage_asset", "coverage", ["asset_key"])
    op.create_index("coverage_source", "coverage", ["source_key"])
    op.create_table(
        "checkpoints",
        sa.Column("run_key", sa.String(64), primary_key=True),
        sa.Column("asset_key", sa.String(64), primary_key=True),
        sa.Column("saved", sa.String(32), nullable=False),
        sa.Column("tally", _packed(), nullable=False),
    )


def _inventory() -> None:
    op.create_table(
        "assets",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("asset_key", sa.String(64), nullable=False),
        sa.Column("source_key", sa.String(64), nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("readable", sa.Boolean, nullable=False),
        sa.Column("document", _packed(), nullable=False),
    )
    op.create_index("assets_asset", "assets", ["asset_key"])
    op.create_table(
        "inventory",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), primary_key=True),
        sa.Column("asset_ordinal", sa.Integer, primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("asset_key", sa.String(64), nullable=False),
        sa.Column("field_key", sa.String(64), nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("level", sa.String(8)),
        sa.Column("rows_inspected", sa.BigInteger, nullable=False),
        sa.Column("hits", sa.BigInteger, nullable=False),
        sa.Column("prevalence", sa.Float, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("persons", sa.BigInteger, nullable=False),
        sa.Column("sketch", sa.String(64)),
        sa.Column("document", _document(), nullable=False),
    )
    op.create_index("inventory_field", "inventory", ["asset_key", "field_key", "identifier"])
    op.create_table(
        "sketches",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("payload", _packed(), nullable=False),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("change", sa.String(32), nullable=False),
        sa.Column("suppressed_by", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("asset", sa.Text),
        sa.Column("flow", sa.Text),
        sa.Column("recipient", sa.Text),
        sa.Column("principal", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("due", sa.String(10)),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("last_seen", sa.String(32), nullable=False),
        sa.Column("first_run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
        sa.Column("last_run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
    )
    op.create_index("findings_status", "findings", ["status"])
    op.create_table(
        "observations",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), primary_key=True),
        sa.Column("fingerprint", sa.String(64), sa.ForeignKey("findings.fingerprint"), primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("change", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("suppressed_by", sa.Text),
        sa.Column("seen_run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
        sa.Column("document", _document()),
    )
    op.create_index("observations_finding", "observations", ["fingerprint"])
