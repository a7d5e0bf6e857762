-- Rows and blocks of one table, as last gathered.
SELECT NUM_ROWS, BLOCKS FROM DBA_TABLES WHERE OWNER = :schema AND TABLE_NAME = :name AND IOT_TYPE IS NULL
