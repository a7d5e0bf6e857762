-- Which role was granted to which account or role (MariaDB).
SELECT Role, '', User, Host, Admin_option = 'Y' FROM mysql.roles_mapping ORDER BY 1, 3, 4
