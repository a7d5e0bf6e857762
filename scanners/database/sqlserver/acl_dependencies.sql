-- What views and routines read in this database, which routines they call, and what synonyms stand for.
SELECT s.name, o.name, t.name, r.name
FROM sys.sql_expression_dependencies AS d
JOIN sys.objects AS o ON o.object_id = d.referencing_id AND o.type IN ('V', 'P', 'FN', 'IF', 'TF')
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.objects AS r ON r.object_id = d.referenced_id AND r.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'SN')
JOIN sys.schemas AS t ON t.schema_id = r.schema_id
WHERE d.referenced_database_name IS NULL
UNION
SELECT s.name, o.name, t.name, r.name
FROM sys.synonyms AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.objects AS r ON r.object_id = OBJECT_ID(o.base_object_name) AND r.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF')
JOIN sys.schemas AS t ON t.schema_id = r.schema_id
ORDER BY 1, 2, 3, 4
