-- Tables with their rows as DuckDB estimates them, and views.
SELECT schema_name, table_name, false AS is_view, estimated_size, comment FROM duckdb_tables()
WHERE NOT internal AND database_name = current_database()
UNION ALL
SELECT schema_name, view_name, true, NULL, comment FROM duckdb_views()
WHERE NOT internal AND database_name = current_database()
ORDER BY 1, 2
