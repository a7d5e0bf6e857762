-- Tables, materialised query tables, nicknames and views, with rows and bytes as last gathered (-1 where they never were).
SELECT RTRIM(t.TABSCHEMA), t.TABNAME, CASE WHEN t.TYPE IN ('T', 'U') THEN 'table' ELSE 'view' END,
       t.CARD, CASE WHEN t.CARD > 0 THEN t.CARD * t.AVGROWSIZE ELSE 0 END, t.REMARKS, RTRIM(t.OWNER)
FROM SYSCAT.TABLES AS t
WHERE t.TYPE IN ('T', 'U', 'S', 'N', 'V') AND t.TABSCHEMA NOT LIKE 'SYS%'
ORDER BY 1, 2
