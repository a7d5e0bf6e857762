-- Accounts and roles of MariaDB with their rights on everything; of a password only whether there is one.
SELECT u.User, u.Host, u.is_role = 'Y', u.default_role,
       CONCAT_WS(',', IF(u.Select_priv = 'Y', 'select', NULL), IF(u.Insert_priv = 'Y', 'insert', NULL), IF(u.Update_priv = 'Y', 'update', NULL),
                 IF(u.Delete_priv = 'Y', 'delete', NULL), IF(u.Create_priv = 'Y', 'create', NULL), IF(u.Drop_priv = 'Y', 'drop', NULL),
                 IF(u.Alter_priv = 'Y', 'alter', NULL), IF(u.Execute_priv = 'Y', 'execute', NULL), IF(u.Create_user_priv = 'Y', 'create user', NULL),
                 IF(u.File_priv = 'Y', 'file', NULL), IF(u.Super_priv = 'Y', 'super', NULL), IF(u.Repl_slave_priv = 'Y', 'replication slave', NULL),
                 IF(u.Repl_client_priv = 'Y', 'binlog monitor', NULL), IF(JSON_VALUE(g.Priv, '$.access') >> 30 & 1, 'set user', NULL)),
       u.Grant_priv = 'Y',
       COALESCE(JSON_VALUE(g.Priv, '$.account_locked'), '0') IN ('1', 'true'),
       u.is_role = 'N' AND u.plugin IN ('', 'mysql_native_password', 'mysql_old_password')
           AND COALESCE(u.authentication_string, '') = '',
       u.password_expired = 'Y'
FROM mysql.user AS u
LEFT JOIN mysql.global_priv AS g ON g.Host = u.Host AND g.User = u.User
ORDER BY u.User, u.Host
