-- The columns of one table before it is read, and whether we may read them.
SELECT c.name, TYPE_NAME(c.user_type_id),
       HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT', c.name, 'COLUMN')
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id AND o.type IN ('U', 'V')
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE s.name = %s AND o.name = %s
ORDER BY c.column_id
