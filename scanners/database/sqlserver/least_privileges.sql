-- The least that pii-audit needs on SQL Server 2014 and later. Run as an administrator; the login is disabled until you set a password with:
-- ALTER LOGIN pii_audit WITH PASSWORD = '...'; ALTER LOGIN pii_audit ENABLE
CREATE LOGIN pii_audit WITH PASSWORD = 'change-me', CHECK_POLICY = OFF;
ALTER LOGIN pii_audit DISABLE;
-- Members of the server's roles, and rights on the server:
GRANT VIEW ANY DEFINITION TO pii_audit;
-- In {database}:
USE {database};
CREATE USER pii_audit FOR LOGIN pii_audit;
-- Reads every table. In its place, for one schema only: GRANT SELECT ON SCHEMA::name TO pii_audit
GRANT SELECT TO pii_audit;
GRANT VIEW DATABASE STATE TO pii_audit;
GRANT VIEW DEFINITION TO pii_audit;
