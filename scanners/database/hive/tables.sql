SHOW TABLES IN {database}
