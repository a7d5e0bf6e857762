"""Alembic's entry: runs the migrations on the connection that it is handed, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

from pii_audit.store.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
