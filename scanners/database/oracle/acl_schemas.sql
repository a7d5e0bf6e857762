-- Schemas that do not come with the server; each is that of the account of its name.
SELECT USERNAME, USERNAME FROM DBA_USERS WHERE ORACLE_MAINTAINED = 'N' ORDER BY 1
