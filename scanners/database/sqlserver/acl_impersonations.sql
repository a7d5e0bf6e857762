-- Who may act as which user of this database, or as which login of the server: by EXECUTE AS, or as one who controls it.
SELECT g.name, t.name, e.permission_name, 0
FROM sys.database_permissions AS e
JOIN sys.database_principals AS g ON g.principal_id = e.grantee_principal_id
JOIN sys.database_principals AS t ON t.principal_id = e.major_id AND t.type NOT IN ('R', 'A')
WHERE e.class = 4 AND e.permission_name IN ('IMPERSONATE', 'CONTROL') AND e.state IN ('G', 'W')
UNION ALL
SELECT g.name, t.name, e.permission_name, 1
FROM sys.server_permissions AS e
JOIN sys.server_principals AS g ON g.principal_id = e.grantee_principal_id
JOIN sys.server_principals AS t ON t.principal_id = e.major_id AND t.type <> 'R'
WHERE e.class = 101 AND e.permission_name IN ('IMPERSONATE', 'CONTROL') AND e.state IN ('G', 'W')
ORDER BY 1, 2
