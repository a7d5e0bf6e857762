-- The rows of ranges of a key that were drawn at random.
SELECT {key}, {columns} FROM {table} FORCE INDEX ({index}) WHERE {ranges} LIMIT {count}
