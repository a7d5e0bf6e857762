-- The rows of some blocks, found without touching the others (PostgreSQL 14 and later).
SELECT {columns} FROM {table} WHERE ctid >= '({first},0)'::pg_catalog.tid{upper}
