-- Kind, rows and bytes of one table, as the server estimates them.
SELECT TABLE_TYPE, TABLE_ROWS, AVG_ROW_LENGTH
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s
