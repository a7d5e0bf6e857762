-- The least that pii-audit needs on DM8. Run as an administrator; the account is locked until you set a password with:
-- ALTER USER PII_AUDIT IDENTIFIED BY "..."; ALTER USER PII_AUDIT ACCOUNT UNLOCK
CREATE USER PII_AUDIT IDENTIFIED BY "change-me-1" READ ONLY;
ALTER USER PII_AUDIT ACCOUNT LOCK;
GRANT CREATE SESSION TO PII_AUDIT;
-- Reads every table. In its place, for some only: GRANT SELECT ON owner.name TO PII_AUDIT
GRANT SELECT ANY TABLE TO PII_AUDIT;
-- What is there, and who may do what:
GRANT SELECT ANY DICTIONARY TO PII_AUDIT;
