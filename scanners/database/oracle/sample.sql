-- The rows of blocks drawn at random, each with the same chance; the seed makes them repeatable.
SELECT {columns} FROM {table} SAMPLE BLOCK ({percent}) SEED ({seed})
