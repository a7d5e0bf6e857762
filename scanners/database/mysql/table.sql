-- The columns of one table before it is read: type, character set, and whether we may read them.
SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_SET_NAME, FIND_IN_SET('select', PRIVILEGES) > 0
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s
ORDER BY ORDINAL_POSITION
