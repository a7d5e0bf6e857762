SELECT {rowid}, * FROM {table} WHERE {rowid} IN ({ids})
