-- Tables and views with rows and bytes as last gathered; those below 100 are the server's own.
SELECT TRIM(t.owner), TRIM(t.tabname), CASE WHEN t.tabtype = 'T' THEN 'table' ELSE 'view' END,
       t.nrows, t.nrows * t.rowsize, '', TRIM(t.owner)
FROM systables AS t
WHERE t.tabid >= 100 AND t.tabtype IN ('T', 'V', 'E')
ORDER BY 1, 2
