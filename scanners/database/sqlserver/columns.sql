-- Their columns in order, with type and comment.
SELECT s.name, o.name, c.name, TYPE_NAME(c.system_type_id), CAST(e.value AS nvarchar(4000))
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id AND o.type IN ('U', 'V') AND o.is_ms_shipped = 0
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.extended_properties AS e
  ON e.class = 1 AND e.major_id = c.object_id AND e.minor_id = c.column_id AND e.name = 'MS_Description'
ORDER BY s.name, o.name, c.column_id
