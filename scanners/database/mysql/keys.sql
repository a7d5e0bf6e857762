-- The columns of its unique keys, the primary one first; a key over a prefix or a column that may be NULL orders no rows.
SELECT s.INDEX_NAME, s.COLUMN_NAME, c.DATA_TYPE, s.CARDINALITY, s.SUB_PART IS NULL AND c.IS_NULLABLE = 'NO'
FROM information_schema.STATISTICS AS s
JOIN information_schema.COLUMNS AS c
  ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME AND c.COLUMN_NAME = s.COLUMN_NAME
WHERE s.TABLE_SCHEMA = %s AND s.TABLE_NAME = %s AND s.NON_UNIQUE = 0
ORDER BY s.INDEX_NAME <> 'PRIMARY', s.INDEX_NAME, s.SEQ_IN_INDEX
