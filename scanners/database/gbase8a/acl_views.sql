-- Views, as whom they read, and their text, which names every column with its table.
SELECT TABLE_SCHEMA, TABLE_NAME, DEFINER, SECURITY_TYPE = 'INVOKER', VIEW_DEFINITION
FROM information_schema.VIEWS
WHERE TABLE_SCHEMA NOT IN ('gbase', 'gctmpdb', 'gclusterdb', 'performance_schema', 'information_schema')
