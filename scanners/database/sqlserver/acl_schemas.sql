-- Schemas and whose they are.
SELECT s.name, p.name
FROM sys.schemas AS s
JOIN sys.database_principals AS p ON p.principal_id = s.principal_id
WHERE s.name NOT IN ('sys', 'INFORMATION_SCHEMA') AND p.is_fixed_role = 0
ORDER BY s.name
