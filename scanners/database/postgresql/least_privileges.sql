-- The least that pii-audit needs on PostgreSQL. Run as an administrator in each database; set a password with: \password pii_audit
CREATE ROLE pii_audit LOGIN CONNECTION LIMIT 8;
ALTER ROLE pii_audit SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE {database} TO pii_audit;
-- Reads every table, those to come included (PostgreSQL 14 and later). Before, or for some schemas only, in its place:
--   GRANT USAGE ON SCHEMA s TO pii_audit; GRANT SELECT ON ALL TABLES IN SCHEMA s TO pii_audit;
--   ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO pii_audit;
GRANT pg_read_all_data TO pii_audit;
-- Only where row-level security hides rows, which makes a table count as not inspected:
--   ALTER ROLE pii_audit BYPASSRLS;
-- Who may do what stands in catalogs that every role can read.
-- Who may connect from where without a password or in clear stands in pg_hba.conf, which administrators alone see otherwise.
GRANT SELECT ON pg_catalog.pg_hba_file_rules TO pii_audit;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO pii_audit;
