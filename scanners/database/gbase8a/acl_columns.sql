-- Rights on single columns.
SELECT User, Host, Db, Table_name, Column_name, LOWER(Column_priv) FROM gbase.columns_priv
