-- Rights that tables to come will have from the start: made by whom, in which schema (NULL: any); a grantee that is NULL is PUBLIC.
SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text, n.nspname::text, g.rolname::text, e.privilege_type, e.is_grantable
FROM pg_catalog.pg_default_acl AS d
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE d.defaclobjtype = 'r' AND e.grantee <> d.defaclrole
ORDER BY 1, 2, 3, 4
