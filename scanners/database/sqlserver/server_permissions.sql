-- Rights on everything that the server has.
SELECT p.name, p.type, p.is_disabled, e.permission_name, e.state
FROM sys.server_permissions AS e
JOIN sys.server_principals AS p ON p.principal_id = e.grantee_principal_id
WHERE e.permission_name IN ('CONTROL SERVER', 'SELECT ALL USER SECURABLES', 'IMPERSONATE ANY LOGIN')
ORDER BY p.name
