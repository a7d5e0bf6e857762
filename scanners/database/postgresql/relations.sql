-- Everything that has rows: tables, views, materialised views, foreign tables. A partitioned table is one object with the
-- rows and pages of its partitions (reltuples is -1 where nothing is known yet).
WITH RECURSIVE parts (root, oid) AS (
    SELECT c.oid, c.oid FROM pg_catalog.pg_class AS c WHERE c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT p.root, i.inhrelid FROM parts AS p JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid
), sums AS (
    SELECT p.root, sum(greatest(c.reltuples, 0)) AS reltuples, sum(c.relpages) AS relpages
    FROM parts AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
    WHERE c.relkind <> 'p'
    GROUP BY p.root
)
SELECT n.nspname::text, c.relname::text, c.relkind::text,
       coalesce(s.reltuples, c.reltuples)::bigint,
       coalesce(s.relpages, c.relpages)::bigint * pg_catalog.current_setting('block_size')::bigint,
       pg_catalog.obj_description(c.oid, 'pg_class'),
       pg_catalog.pg_get_userbyid(c.relowner)::text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN sums AS s ON s.root = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
ORDER BY 1, 2
