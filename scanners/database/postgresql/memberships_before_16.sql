-- The same before PostgreSQL 16, where inheriting is up to the member and every member may SET ROLE.
SELECT r.rolname::text, m.rolname::text, m.rolinherit, true, a.admin_option
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
ORDER BY 1, 2
