-- Tables and views with their owner, row-level security, and the object that they are a partition of.
WITH RECURSIVE parts (root, oid) AS (
    SELECT c.oid, c.oid FROM pg_catalog.pg_class AS c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    UNION ALL
    SELECT p.root, i.inhrelid FROM parts AS p
    JOIN pg_catalog.pg_class AS c ON c.oid = p.oid AND c.relkind = 'p'
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid
)
SELECT c.oid::bigint, n.nspname::text, c.relname::text, rn.nspname::text, r.relname::text, c.relkind::text,
       pg_catalog.pg_get_userbyid(c.relowner)::text, c.relrowsecurity, c.relforcerowsecurity,
       coalesce(c.reloptions::text ~* 'security_invoker=(true|on|1|yes)', false)
FROM parts AS p
JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS r ON r.oid = p.root
JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
ORDER BY 2, 3
