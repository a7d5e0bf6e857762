-- Rows and pages of one table, as the server counts them.
SELECT SUM(d.row_count), SUM(d.in_row_data_page_count)
FROM sys.dm_db_partition_stats AS d
JOIN sys.objects AS o ON o.object_id = d.object_id AND o.type = 'U'
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE d.index_id IN (0, 1) AND s.name = %s AND o.name = %s
HAVING SUM(d.row_count) > 0
