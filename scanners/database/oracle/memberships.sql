-- Which role was granted to whom, whether it counts at once or after SET ROLE, and whether it may be passed on.
SELECT GRANTED_ROLE, GRANTEE, DEFAULT_ROLE, ADMIN_OPTION FROM DBA_ROLE_PRIVS ORDER BY 1, 2
