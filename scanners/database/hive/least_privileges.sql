-- The least that pii-audit needs on Hive with SQL standard based authorisation; with Ranger, a policy that lets it select from these databases.
GRANT SELECT ON ALL TABLES IN SCHEMA {database} TO USER pii_audit;
