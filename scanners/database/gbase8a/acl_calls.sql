-- Rights to call single procedures and functions.
SELECT User, Host, Db, Routine_name, Routine_type, LOWER(Proc_priv) FROM gbase.procs_priv
