-- The same of MySQL, where a role is an account that others were granted.
SELECT u.User, u.Host,
       EXISTS (SELECT 1 FROM mysql.role_edges AS r WHERE r.FROM_USER = u.User AND r.FROM_HOST = u.Host),
       (SELECT min(d.DEFAULT_ROLE_USER) FROM mysql.default_roles AS d WHERE d.USER = u.User AND d.HOST = u.Host),
       CONCAT_WS(',', IF(u.Select_priv = 'Y', 'select', NULL), IF(u.Insert_priv = 'Y', 'insert', NULL), IF(u.Update_priv = 'Y', 'update', NULL),
                 IF(u.Delete_priv = 'Y', 'delete', NULL), IF(u.Create_priv = 'Y', 'create', NULL), IF(u.Drop_priv = 'Y', 'drop', NULL),
                 IF(u.Alter_priv = 'Y', 'alter', NULL), IF(u.Execute_priv = 'Y', 'execute', NULL), IF(u.Create_user_priv = 'Y', 'create user', NULL),
                 IF(u.File_priv = 'Y', 'file', NULL), IF(u.Super_priv = 'Y', 'super', NULL), IF(u.Repl_slave_priv = 'Y', 'replication slave', NULL)),
       u.Grant_priv = 'Y', u.account_locked = 'Y',
       u.plugin IN ('mysql_native_password', 'caching_sha2_password', 'sha256_password')
           AND COALESCE(u.authentication_string, '') = '',
       u.password_expired = 'Y'
FROM mysql.user AS u
ORDER BY u.User, u.Host
