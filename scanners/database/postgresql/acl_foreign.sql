-- Foreign servers, who may use them, and for whom an account over there is kept; PUBLIC is NULL. No option is read: it may hold a password.
SELECT s.srvname::text, 'usage', g.rolname::text, pg_catalog.pg_get_userbyid(s.srvowner)::text
FROM pg_catalog.pg_foreign_server AS s
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner))) AS e
LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = e.grantee
UNION ALL
SELECT m.srvname::text, 'mapping', CASE WHEN m.umuser = 0 THEN NULL ELSE m.usename::text END, NULL
FROM pg_catalog.pg_user_mappings AS m
ORDER BY 1, 2, 3
