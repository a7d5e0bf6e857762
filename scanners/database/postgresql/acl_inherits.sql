-- Tables whose rows are read with those of another, from which they inherit these columns; partitions are not among them.
WITH RECURSIVE heirs (root, oid) AS (
    SELECT i.inhparent, i.inhrelid FROM pg_catalog.pg_inherits AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhparent AND c.relkind IN ('r', 'f')
    UNION
    SELECT h.root, i.inhrelid FROM heirs AS h JOIN pg_catalog.pg_inherits AS i ON i.inhparent = h.oid
)
SELECT h.root::bigint, h.oid::bigint, a.attname::text
FROM heirs AS h
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = h.root AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2, a.attnum
