-- Databases of the server that we see: those that nobody lists are not read, which `doctor` says.
SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME NOT IN ('gbase', 'gctmpdb', 'gclusterdb', 'performance_schema', 'information_schema')
ORDER BY 1
