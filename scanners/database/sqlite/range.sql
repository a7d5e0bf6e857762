SELECT min({rowid}), max({rowid}) FROM {table}
