-- Rights on the database, on schemas, on objects and on columns, as granted or denied.
SELECT g.name, e.permission_name, e.state, e.class, COALESCE(s.name, t.name), o.name, c.name, r.name
FROM sys.database_permissions AS e
JOIN sys.database_principals AS g ON g.principal_id = e.grantee_principal_id
JOIN sys.database_principals AS r ON r.principal_id = e.grantor_principal_id
LEFT JOIN sys.objects AS o ON e.class = 1 AND o.object_id = e.major_id
LEFT JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.schemas AS t ON e.class = 3 AND t.schema_id = e.major_id
LEFT JOIN sys.columns AS c ON e.class = 1 AND e.minor_id > 0 AND c.object_id = e.major_id AND c.column_id = e.minor_id
WHERE e.permission_name IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'EXECUTE', 'CONTROL', 'TAKE OWNERSHIP')
  AND (e.class IN (0, 3) OR (e.class = 1 AND o.is_ms_shipped = 0))
ORDER BY g.name, e.permission_name
