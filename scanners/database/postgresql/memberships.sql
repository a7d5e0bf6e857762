-- Who is a member of which role, and whether membership gives its rights at once, by SET ROLE, or to pass on.
SELECT r.rolname::text, m.rolname::text, a.inherit_option, a.set_option, a.admin_option
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
ORDER BY 1, 2
