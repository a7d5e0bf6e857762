-- Every table and view that we see, to tell their names from aliases in the texts of views.
SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
WHERE TABLE_SCHEMA NOT IN ('gbase', 'gctmpdb', 'gclusterdb', 'performance_schema', 'information_schema')
