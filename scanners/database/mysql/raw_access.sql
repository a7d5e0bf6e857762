-- Who reads past all rights of tables: by following the stream of changes (REPLICATION SLAVE).
SELECT User, Host FROM mysql.user WHERE Repl_slave_priv = 'Y' ORDER BY 1, 2
