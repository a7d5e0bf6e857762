-- Rows and pages of one table, as last gathered.
SELECT t.CARD, t.NPAGES FROM SYSCAT.TABLES AS t WHERE t.TABSCHEMA = ? AND t.TABNAME = ? AND t.TYPE = 'T' AND t.CARD > 0
