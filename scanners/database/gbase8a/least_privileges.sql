-- The least that pii-audit needs on GBase 8a. Run as an administrator; put the scanner's host in place of %, and set a
-- password with: SET PASSWORD FOR 'pii_audit'@'%' = PASSWORD('...');
CREATE USER 'pii_audit'@'%';
GRANT SELECT, SHOW VIEW ON {database}.* TO 'pii_audit'@'%';
-- Who may do what: catalogs that only administrators read otherwise.
GRANT SELECT ON gbase.user TO 'pii_audit'@'%';
GRANT SELECT ON gbase.db TO 'pii_audit'@'%';
GRANT SELECT ON gbase.tables_priv TO 'pii_audit'@'%';
GRANT SELECT ON gbase.columns_priv TO 'pii_audit'@'%';
GRANT SELECT ON gbase.procs_priv TO 'pii_audit'@'%';
GRANT SELECT ON gbase.proc TO 'pii_audit'@'%';
