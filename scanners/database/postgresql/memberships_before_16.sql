-- The same before PostgreSQL 16, where inheriting is up to the member and every member may SET ROLE.
SELECT r.rolname::text, m.rolname::text, m.rolinherit, true, a.admin_option
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
UNION ALL
-- The owner of a database is in this role without having been made a member.
SELECT r.rolname::text, o.rolname::text, o.rolinherit, true, false
FROM pg_catalog.pg_database AS d
JOIN pg_catalog.pg_roles AS o ON o.oid = d.datdba
JOIN pg_catalog.pg_roles AS r ON r.rolname = 'pg_database_owner'
WHERE d.datname = pg_catalog.current_database()
ORDER BY 1, 2
