-- Blocks drawn at random, each with the same chance, and of their rows one in {mask} + 1; the seed makes both repeatable.
SELECT ctid::text, {columns} FROM {table} TABLESAMPLE SYSTEM ({percent}) REPEATABLE ({seed})
WHERE pg_catalog.hashtext(ctid::text || '{seed}') & {mask} = 0
