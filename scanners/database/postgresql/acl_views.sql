-- Which columns of which tables a view reads; a column that is NULL stands for any of them.
SELECT DISTINCT r.ev_class::bigint, d.refobjid::bigint, a.attname::text
FROM pg_catalog.pg_rewrite AS r
JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_catalog.pg_depend AS d
  ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
 AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'n' AND d.refobjid <> r.ev_class
JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
