-- Who may enter this database and each of its schemas; a grantee that is NULL is PUBLIC.
SELECT '' AS schema, pg_catalog.pg_get_userbyid(d.datdba)::text, g.rolname::text
FROM pg_catalog.pg_database AS d
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE d.datname = pg_catalog.current_database() AND e.privilege_type = 'CONNECT'
UNION ALL
SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text, g.rolname::text
FROM pg_catalog.pg_namespace AS n
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE e.privilege_type = 'USAGE'
