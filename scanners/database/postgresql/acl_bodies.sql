-- What functions do that others may call, whoever's rights they run with.
SELECT p.proname::text, pg_catalog.pg_get_userbyid(p.proowner)::text, p.prosecdef, pg_catalog.pg_get_functiondef(p.oid)
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang AND l.lanname NOT IN ('internal', 'c')
WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_aggregate AS a WHERE a.aggfnoid = p.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
