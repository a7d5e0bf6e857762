-- Roles and what they may do past all grants. Passwords are not read.
SELECT rolname::text, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolvaliduntil < pg_catalog.now()
FROM pg_catalog.pg_roles
ORDER BY 1
