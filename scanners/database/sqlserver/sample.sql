-- The rows of pages drawn at random, each with the same chance; the seed makes them repeatable.
SELECT {columns} FROM {table} TABLESAMPLE SYSTEM ({percent} PERCENT) REPEATABLE ({seed})
