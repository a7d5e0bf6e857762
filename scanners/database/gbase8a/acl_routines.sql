-- Procedures and functions that run with the rights of their definer.
SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, DEFINER, COALESCE(ROUTINE_DEFINITION, '')
FROM information_schema.ROUTINES
WHERE SECURITY_TYPE = 'DEFINER' AND ROUTINE_SCHEMA NOT IN ('gbase', 'gctmpdb', 'gclusterdb')
