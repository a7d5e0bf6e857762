-- Accounts and roles, and which of them come with the server. Passwords are not read.
SELECT USERNAME, 'user', ACCOUNT_STATUS, ORACLE_MAINTAINED FROM DBA_USERS
UNION ALL
SELECT ROLE, 'role', 'OPEN', ORACLE_MAINTAINED FROM DBA_ROLES
ORDER BY 1
