-- The least that pii-audit needs on MySQL and MariaDB. Run as an administrator; put the scanner's host in place of %, and set a
-- password with: ALTER USER 'pii_audit'@'%' IDENTIFIED BY '...';
CREATE USER 'pii_audit'@'%' WITH MAX_USER_CONNECTIONS 8;
GRANT SELECT, SHOW VIEW ON {database}.* TO 'pii_audit'@'%';
-- Who may do what: catalogs that only administrators read otherwise. On MySQL role_edges, default_roles and global_grants stand
-- in place of global_priv and roles_mapping.
GRANT SELECT ON mysql.user TO 'pii_audit'@'%';
GRANT SELECT ON mysql.global_priv TO 'pii_audit'@'%';
GRANT SELECT ON mysql.roles_mapping TO 'pii_audit'@'%';
GRANT SELECT ON mysql.db TO 'pii_audit'@'%';
GRANT SELECT ON mysql.tables_priv TO 'pii_audit'@'%';
GRANT SELECT ON mysql.columns_priv TO 'pii_audit'@'%';
GRANT SELECT ON mysql.procs_priv TO 'pii_audit'@'%';
GRANT SELECT ON mysql.proc TO 'pii_audit'@'%';
GRANT SELECT ON mysql.proxies_priv TO 'pii_audit'@'%';
-- Of servers elsewhere the names alone, not the accounts that are stored for them.
GRANT SELECT (Server_name) ON mysql.servers TO 'pii_audit'@'%';
