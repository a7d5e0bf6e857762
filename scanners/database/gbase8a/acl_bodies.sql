-- What procedures and functions do that others may call, whoever's rights they run with; NULL where we may not see it.
SELECT ROUTINE_NAME, DEFINER, SECURITY_TYPE = 'DEFINER', ROUTINE_DEFINITION
FROM information_schema.ROUTINES
WHERE ROUTINE_SCHEMA NOT IN ('gbase', 'gctmpdb', 'gclusterdb')
