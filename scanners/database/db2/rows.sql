SELECT {columns} FROM {table} WITH UR
