-- The same for SQLite libraries before 3.37, which do not tell the insides of virtual tables from other tables.
SELECT name, type
FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY name
