-- No routines: a statement of the same columns without rows.
SELECT '', '', 0, '' FROM DUAL WHERE 1 = 0
