-- Databases of the server that we may enter: those beside ours are not read, which `doctor` says.
SELECT datname::text FROM pg_catalog.pg_database
WHERE datallowconn AND NOT datistemplate AND pg_catalog.has_database_privilege(oid, 'CONNECT')
ORDER BY 1
