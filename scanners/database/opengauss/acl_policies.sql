-- Policies that let somebody see rows; a role that is NULL is PUBLIC.
SELECT p.polrelid, p.polname, g.rolname::text
FROM (
    SELECT q.polrelid::bigint AS polrelid, q.polname::text AS polname, unnest(q.polroles) AS role
    FROM pg_catalog.pg_rlspolicy AS q
    WHERE q.polpermissive AND q.polcmd IN ('r', '*')
) AS p
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = p.role
