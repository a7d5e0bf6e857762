-- The least that pii-audit needs on openGauss and GaussDB. Run as an administrator in each database. Set a password with:
-- ALTER ROLE pii_audit PASSWORD '...' (psycopg logs in by MD5 or SCRAM, not by the server's own SHA-256: password_encryption_type = 1 first).
CREATE ROLE pii_audit LOGIN PASSWORD DISABLE CONNECTION LIMIT 8;
ALTER ROLE pii_audit SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE {database} TO pii_audit;
-- For each schema:
--   GRANT USAGE ON SCHEMA s TO pii_audit; GRANT SELECT ON ALL TABLES IN SCHEMA s TO pii_audit;
--   ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO pii_audit;
-- Who may do what stands in catalogs that every role can read.
