-- Everything that has rows: tables (a partitioned one is one object), views, materialised views, foreign tables.
SELECT n.nspname::text, c.relname::text, c.relkind::text, c.reltuples::bigint,
       c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint,
       pg_catalog.obj_description(c.oid, 'pg_class'), pg_catalog.pg_get_userbyid(c.relowner)::text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'cstore', 'snapshot', 'blockchain', 'db4ai', 'sqladvisor', 'pkg_service',
                        'pkg_util', 'dbe_perf', 'dbe_pldebugger', 'dbe_pldeveloper', 'dbe_sql_util')
  AND n.nspname NOT LIKE 'pg\_temp\_%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%'
ORDER BY 1, 2
