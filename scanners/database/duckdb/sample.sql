-- Rows drawn at random, each with the same chance; one thread and the seed make it repeatable.
SELECT {columns} FROM {table} USING SAMPLE reservoir({count} ROWS) REPEATABLE ({seed})
