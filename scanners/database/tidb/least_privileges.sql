-- The least that pii-audit needs on TiDB. Run as an administrator; put the scanner's host in place of %, and set a
-- password with: ALTER USER 'pii_audit'@'%' IDENTIFIED BY '...';
CREATE USER 'pii_audit'@'%';
GRANT SELECT, SHOW VIEW ON {database}.* TO 'pii_audit'@'%';
-- Who may do what: catalogs that only administrators read otherwise.
GRANT SELECT ON mysql.user TO 'pii_audit'@'%';
GRANT SELECT ON mysql.role_edges TO 'pii_audit'@'%';
GRANT SELECT ON mysql.default_roles TO 'pii_audit'@'%';
GRANT SELECT ON mysql.db TO 'pii_audit'@'%';
GRANT SELECT ON mysql.tables_priv TO 'pii_audit'@'%';
GRANT SELECT ON mysql.columns_priv TO 'pii_audit'@'%';
