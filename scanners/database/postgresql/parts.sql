-- What a table's rows lie in: itself, or its partitions, with blocks, bytes and rows as far as they are known.
WITH RECURSIVE parts (oid) AS (
    SELECT %s::bigint::pg_catalog.oid
    UNION ALL
    SELECT i.inhrelid FROM parts AS p
    JOIN pg_catalog.pg_class AS c ON c.oid = p.oid AND c.relkind = 'p'
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid
)
SELECT n.nspname::text, c.relname::text, c.relkind::text,
       coalesce(pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint, 0)::bigint,
       coalesce(pg_catalog.pg_table_size(c.oid), 0)::bigint,
       c.reltuples::bigint, pg_catalog.has_table_privilege(c.oid, 'SELECT')
FROM parts AS p
JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind <> 'p'
ORDER BY 1, 2
