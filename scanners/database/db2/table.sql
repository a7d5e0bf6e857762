-- The columns of one table before it is read; types that somebody defined count as that.
SELECT c.COLNAME, CASE WHEN c.TYPESCHEMA = 'SYSIBM' THEN c.TYPENAME ELSE 'DISTINCT' END, 1
FROM SYSCAT.COLUMNS AS c
WHERE c.TABSCHEMA = ? AND c.TABNAME = ?
ORDER BY c.COLNO
