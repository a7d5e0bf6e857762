-- The administrator that comes with the server.
SELECT USERNAME FROM DBA_USERS WHERE USERNAME = 'SYSDBA'
