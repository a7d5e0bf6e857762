-- Functions that run with the rights of their owner, and who may call them; a grantee that is NULL is PUBLIC. Nobody calls one of a trigger.
SELECT n.nspname::text, p.proname::text, pg_catalog.pg_get_function_identity_arguments(p.oid),
       pg_catalog.pg_get_userbyid(p.proowner)::text, g.rolname::text, pg_catalog.pg_get_functiondef(p.oid)
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
WHERE p.prosecdef AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_aggregate AS a WHERE a.aggfnoid = p.oid)
  AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2, 3, 5
