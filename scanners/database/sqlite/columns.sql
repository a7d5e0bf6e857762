-- Columns that a SELECT * gives, generated ones included (hidden = 1 marks those that it leaves out).
SELECT name, type
FROM pragma_table_xinfo(?)
WHERE hidden <> 1
ORDER BY cid
