-- The rights of the account itself, to tell whether tables may be hidden from it.
SHOW GRANTS
