-- No rights to call routines: a statement of the same columns without rows.
SELECT '', '', '', '', '', '' FROM DUAL WHERE 1 = 0
