-- Tables, views, synonyms and routines with their owner, and as whom a routine runs (NULL: its caller).
SELECT s.name, o.name, o.type, COALESCE(p.name, q.name), u.name, COALESCE(m.execute_as_principal_id, 0)
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.database_principals AS q ON q.principal_id = s.principal_id
LEFT JOIN sys.database_principals AS p ON p.principal_id = o.principal_id
LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
LEFT JOIN sys.database_principals AS u ON u.principal_id = m.execute_as_principal_id
WHERE o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'SN') AND o.is_ms_shipped = 0
ORDER BY s.name, o.name
