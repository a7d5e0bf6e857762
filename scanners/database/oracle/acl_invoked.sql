-- Routines that run with the rights of whoever calls them.
SELECT DISTINCT OWNER, OBJECT_NAME FROM DBA_PROCEDURES WHERE AUTHID = 'CURRENT_USER' ORDER BY 1, 2
