-- What a table's rows lie in: itself, with blocks, bytes and rows as far as they are known.
SELECT n.nspname::text, c.relname::text, c.relkind::text,
       coalesce(pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint, 0)::bigint,
       coalesce(pg_catalog.pg_table_size(c.oid), 0)::bigint,
       c.reltuples::bigint, pg_catalog.has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = %s::bigint::pg_catalog.oid
