-- Policies that let somebody see rows; a role that is NULL is PUBLIC.
SELECT p.polrelid::bigint, p.polname::text, g.rolname::text
FROM pg_catalog.pg_policy AS p
CROSS JOIN LATERAL unnest(p.polroles) AS r (oid)
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = r.oid
WHERE p.polpermissive AND p.polcmd IN ('r', '*')
