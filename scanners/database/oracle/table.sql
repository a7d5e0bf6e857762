-- The columns of one table before it is read; types that somebody defined are objects.
SELECT COLUMN_NAME, CASE WHEN DATA_TYPE_OWNER IS NULL OR DATA_TYPE = 'XMLTYPE' THEN DATA_TYPE ELSE 'OBJECT' END, 1
FROM DBA_TAB_COLUMNS
WHERE OWNER = :schema AND TABLE_NAME = :name
ORDER BY COLUMN_ID
