-- Who may connect from where, and how they prove who they are (PostgreSQL 10 and later; for administrators, or by GRANT SELECT on the view).
SELECT line_number, type, database, user_name, address, netmask, auth_method
FROM pg_catalog.pg_hba_file_rules
WHERE error IS NULL
ORDER BY line_number
