-- Who may act as whom, once a plugin of the server says so (GRANT PROXY).
SELECT User, Host, Proxied_user, Proxied_host FROM mysql.proxies_priv ORDER BY 1, 2, 3, 4
