-- What views and routines read in this database, and which routines they call.
SELECT s.name, o.name, t.name, r.name
FROM sys.sql_expression_dependencies AS d
JOIN sys.objects AS o ON o.object_id = d.referencing_id AND o.type IN ('V', 'P', 'FN', 'IF', 'TF')
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.objects AS r ON r.object_id = d.referenced_id AND r.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF')
JOIN sys.schemas AS t ON t.schema_id = r.schema_id
WHERE d.referenced_database_name IS NULL
GROUP BY s.name, o.name, t.name, r.name
ORDER BY s.name, o.name, t.name, r.name
