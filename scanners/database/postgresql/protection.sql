-- Whether connections can be encrypted, and whether reading is logged; NULL where there is no such setting.
SELECT pg_catalog.current_setting('ssl', true), pg_catalog.current_setting('pgaudit.log', true),
       pg_catalog.current_setting('log_statement', true), pg_catalog.current_database()::text
