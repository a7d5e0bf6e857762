-- Users and roles of this database with the login behind each, and whether it is disabled. Passwords are not read.
SELECT p.name, p.type, p.is_fixed_role, l.name, COALESCE(l.is_disabled, 0)
FROM sys.database_principals AS p
LEFT JOIN sys.server_principals AS l ON l.sid = p.sid
WHERE p.name NOT IN ('sys', 'INFORMATION_SCHEMA')
ORDER BY p.name
