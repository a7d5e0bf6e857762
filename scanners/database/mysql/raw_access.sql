-- Whether changes are logged, and which files statements may read: any where it is empty.
SELECT @@log_bin, @@secure_file_priv
