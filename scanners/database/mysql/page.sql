-- The next rows in the order of a key, which an index gives without sorting.
SELECT {keys}, {columns} FROM {table} FORCE INDEX ({index}) {where} ORDER BY {keys} LIMIT {count}
