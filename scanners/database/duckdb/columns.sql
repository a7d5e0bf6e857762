-- Their columns in order, with type and comment.
SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE NOT internal AND database_name = current_database()
ORDER BY 1, 2, column_index
