-- The least that pii-audit needs on GBase 8s. Accounts are those of the operating system; run as DBA in {database}.
GRANT CONNECT TO pii_audit;
-- For each table: GRANT SELECT ON owner.name TO pii_audit;
-- What is there stands in the system tables, which everybody reads.
