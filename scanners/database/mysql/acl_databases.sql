-- Rights on whole databases, which may be patterns.
SELECT User, Host, Db,
       CONCAT_WS(',', IF(Select_priv = 'Y', 'select', NULL), IF(Insert_priv = 'Y', 'insert', NULL), IF(Update_priv = 'Y', 'update', NULL),
                 IF(Delete_priv = 'Y', 'delete', NULL), IF(Create_priv = 'Y', 'create', NULL), IF(Drop_priv = 'Y', 'drop', NULL),
                 IF(Alter_priv = 'Y', 'alter', NULL), IF(Execute_priv = 'Y', 'execute', NULL)),
       Grant_priv = 'Y'
FROM mysql.db
