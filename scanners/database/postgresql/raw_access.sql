-- Who reads past all rights of tables: by copying the server (REPLICATION), or by predefined roles and functions that reach its files
-- and programs; a grantee that is NULL is PUBLIC.
SELECT r.rolname::text, 'REPLICATION', r.rolname::text
FROM pg_catalog.pg_roles AS r
WHERE r.rolreplication AND NOT r.rolsuper
UNION ALL
SELECT m.rolname::text, 'MEMBER', r.rolname::text
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
WHERE r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program') AND NOT m.rolsuper
UNION ALL
SELECT g.rolname::text, 'EXECUTE',
       pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE e.privilege_type = 'EXECUTE' AND e.grantee <> p.proowner AND NOT coalesce(g.rolsuper OR g.rolname LIKE 'pg\_%', false)
  AND (n.nspname = 'pg_catalog' OR l.lanname = 'c')
  AND p.proname IN ('pg_read_file', 'pg_read_file_old', 'pg_read_binary_file', 'lo_import', 'lo_export', 'pg_file_write',
                    'pg_get_wal_block_info', 'pg_get_wal_record_info', 'pg_get_wal_records_info', 'dblink_connect_u')
ORDER BY 1, 2, 3
