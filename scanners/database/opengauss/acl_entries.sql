-- Rights on tables and on single columns, as granted: a grantee that is NULL is PUBLIC.
SELECT x.oid, x.col, g.rolname::text, (x.e).privilege_type, (x.e).is_grantable, pg_catalog.pg_get_userbyid((x.e).grantor)::text
FROM (
    SELECT c.oid::bigint AS oid, NULL::text AS col,
           pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) AS e
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind IN ('r', 'v', 'm', 'f')
    UNION ALL
    SELECT a.attrelid::bigint, a.attname::text, pg_catalog.aclexplode(a.attacl)
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm', 'f')
    WHERE NOT a.attisdropped AND a.attacl IS NOT NULL
) AS x
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = (x.e).grantee
ORDER BY 1, 2, 3, 4
