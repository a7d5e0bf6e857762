-- Functions that run with the rights of their owner, and who may call them; a grantee that is NULL is PUBLIC. Nobody calls one of a trigger.
SELECT x.space, x.name, x.arguments, x.owner, g.rolname::text, x.source
FROM (
    SELECT n.nspname::text AS space, p.proname::text AS name,
           pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments,
           pg_catalog.pg_get_userbyid(p.proowner)::text AS owner, p.prosrc AS source,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS e
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND NOT p.proisagg AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
) AS x
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = (x.e).grantee
ORDER BY 1, 2, 3, 5
