-- The least that pii-audit needs on Db2. Accounts are those of the operating system or directory; run as SECADM in {database}.
GRANT CONNECT ON DATABASE TO USER PII_AUDIT;
GRANT USAGE ON WORKLOAD SYSDEFAULTUSERWORKLOAD TO USER PII_AUDIT;
-- Reads every table. In its place, for one schema only (11.5 and later): GRANT SELECTIN ON SCHEMA name TO USER PII_AUDIT
GRANT DATAACCESS ON DATABASE TO USER PII_AUDIT;
-- What is there and who may do what stands in SYSCAT, which everybody reads unless the database was made RESTRICTIVE.
