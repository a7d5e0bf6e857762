-- Schemas that do not come with the server, and whose they are.
SELECT s.NAME, u.NAME
FROM SYS.SYSOBJECTS s
JOIN SYS.SYSOBJECTS u ON u.ID = s.PID
WHERE s.TYPE$ = 'SCH' AND s.NAME NOT IN ('SYS', 'SYSAUDITOR', 'SYSSSO', 'CTISYS')
ORDER BY 1
