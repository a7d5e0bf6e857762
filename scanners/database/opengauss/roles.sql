-- Roles and what they may do past all grants: a system administrator reads everything. Passwords are not read.
SELECT rolname::text, rolcanlogin, rolsuper OR rolsystemadmin, rolsuper OR rolsystemadmin, rolcreaterole,
       coalesce(rolvaliduntil < pg_catalog.now(), false)
FROM pg_catalog.pg_roles
ORDER BY 1
