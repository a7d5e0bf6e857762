-- Which role of this database has which members.
SELECT r.name, m.name
FROM sys.database_role_members AS a
JOIN sys.database_principals AS r ON r.principal_id = a.role_principal_id
JOIN sys.database_principals AS m ON m.principal_id = a.member_principal_id
ORDER BY r.name, m.name
