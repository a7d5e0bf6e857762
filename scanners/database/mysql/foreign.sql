-- Servers elsewhere for which an account is stored, where an engine is there that reads from them; neither the account nor its password.
SELECT s.Server_name FROM mysql.servers AS s
WHERE EXISTS (
    SELECT 1 FROM information_schema.ENGINES AS e
    WHERE e.ENGINE IN ('FEDERATED', 'CONNECT', 'SPIDER') AND e.SUPPORT IN ('YES', 'DEFAULT')
)
ORDER BY 1
