SHOW VIEWS IN {database}
