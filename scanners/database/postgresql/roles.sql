-- Roles and what they may do past all grants. Passwords are not read.
SELECT rolname::text, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, coalesce(rolvaliduntil < pg_catalog.now(), false)
FROM pg_catalog.pg_roles
ORDER BY 1
