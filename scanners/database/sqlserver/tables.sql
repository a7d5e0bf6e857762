-- Tables and views with rows and bytes as the server counts them; partitions and indexes are added up.
SELECT s.name, o.name, CASE o.type WHEN 'V' THEN 'view' ELSE 'table' END, p.row_count, p.used_bytes,
       CAST(c.value AS nvarchar(4000)), USER_NAME(COALESCE(o.principal_id, s.principal_id))
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN (
    SELECT d.object_id, SUM(CASE WHEN d.index_id IN (0, 1) THEN d.row_count ELSE 0 END) AS row_count,
           SUM(d.used_page_count) * 8192 AS used_bytes
    FROM sys.dm_db_partition_stats AS d
    GROUP BY d.object_id
) AS p ON p.object_id = o.object_id AND o.type = 'U'
LEFT JOIN sys.extended_properties AS c
  ON c.class = 1 AND c.major_id = o.object_id AND c.minor_id = 0 AND c.name = 'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
ORDER BY s.name, o.name
