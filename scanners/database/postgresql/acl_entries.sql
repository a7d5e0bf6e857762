-- Rights on tables and on single columns, as granted: a grantee that is NULL is PUBLIC.
SELECT c.oid::bigint, NULL::text, g.rolname::text, e.privilege_type, e.is_grantable,
       pg_catalog.pg_get_userbyid(e.grantor)::text
FROM pg_catalog.pg_class AS c
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT a.attrelid::bigint, a.attname::text, g.rolname::text, e.privilege_type, e.is_grantable,
       pg_catalog.pg_get_userbyid(e.grantor)::text
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE NOT a.attisdropped
ORDER BY 1, 2, 3, 4
