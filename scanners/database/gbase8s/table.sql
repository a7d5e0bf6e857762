-- The columns of one table before it is read, with the number of their type.
SELECT TRIM(c.colname), MOD(c.coltype, 256), 1
FROM syscolumns AS c
JOIN systables AS t ON t.tabid = c.tabid
WHERE t.owner = ? AND t.tabname = ?
ORDER BY c.colno
