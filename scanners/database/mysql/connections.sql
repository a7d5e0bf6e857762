-- What an account's connections have to be encrypted with: nothing where it is empty.
SELECT User, Host, ssl_type FROM mysql.user ORDER BY 1, 2
