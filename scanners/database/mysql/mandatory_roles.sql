-- Roles that every account has without having been granted them (MySQL 8 and later).
SHOW GLOBAL VARIABLES WHERE Variable_name = 'mandatory_roles'
