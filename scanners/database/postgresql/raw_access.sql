-- Who reads past all rights of tables: by copying the server (REPLICATION), or by predefined roles that reach its files and programs.
SELECT r.rolname::text, 'REPLICATION', r.rolname::text
FROM pg_catalog.pg_roles AS r
WHERE r.rolreplication AND NOT r.rolsuper
UNION ALL
SELECT m.rolname::text, 'MEMBER', r.rolname::text
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
WHERE r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program') AND NOT m.rolsuper
ORDER BY 1, 2, 3
