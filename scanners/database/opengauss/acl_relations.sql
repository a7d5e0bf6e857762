-- Tables and views with their owner and row-level security; a partitioned table is one object.
SELECT c.oid::bigint, n.nspname::text, c.relname::text, n.nspname::text, c.relname::text, c.relkind::text,
       pg_catalog.pg_get_userbyid(c.relowner)::text,
       coalesce(c.reloptions::text ~* 'enable_rowsecurity=(true|on|1|yes)', false),
       coalesce(c.reloptions::text ~* 'force_rowsecurity=(true|on|1|yes)', false), false
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
ORDER BY 2, 3
