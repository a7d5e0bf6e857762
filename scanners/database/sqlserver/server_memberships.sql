-- Which role of the server has which members, and which of those may not log in.
SELECT r.name, m.name, m.type, m.is_disabled
FROM sys.server_role_members AS a
JOIN sys.server_principals AS r ON r.principal_id = a.role_principal_id
JOIN sys.server_principals AS m ON m.principal_id = a.member_principal_id
ORDER BY r.name, m.name
