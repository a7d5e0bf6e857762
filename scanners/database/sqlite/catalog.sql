-- Tables and views with their kind as SQLite sees it ("shadow" tables hold the insides of a virtual table).
SELECT s.name, coalesce(l.type, s.type) AS type
FROM sqlite_master AS s
LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name
WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY s.name
