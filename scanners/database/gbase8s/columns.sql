-- Their columns in order, with the number of their type.
SELECT TRIM(t.owner), TRIM(t.tabname), TRIM(c.colname), MOD(c.coltype, 256), ''
FROM syscolumns AS c
JOIN systables AS t ON t.tabid = c.tabid
WHERE t.tabid >= 100 AND t.tabtype IN ('T', 'V', 'E')
ORDER BY t.owner, t.tabname, c.colno
