-- Who may enter this database and each of its schemas; a grantee that is NULL is PUBLIC.
SELECT x.space, x.owner, g.rolname::text
FROM (
    SELECT ''::text AS space, pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, 'CONNECT'::text AS wanted,
           pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS e
    FROM pg_catalog.pg_database AS d
    WHERE d.datname = pg_catalog.current_database()
    UNION ALL
    SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text, 'USAGE',
           pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)))
    FROM pg_catalog.pg_namespace AS n
) AS x
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = (x.e).grantee
WHERE (x.e).privilege_type = x.wanted
