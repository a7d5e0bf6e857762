-- Databases of the server that we may enter: those beside ours are not read, which `doctor` says.
SELECT name FROM sys.databases WHERE database_id > 4 AND HAS_DBACCESS(name) = 1 ORDER BY name
