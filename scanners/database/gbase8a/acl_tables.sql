-- Rights on single tables.
SELECT User, Host, Db, Table_name, LOWER(Table_priv) FROM gbase.tables_priv WHERE Table_priv <> ''
