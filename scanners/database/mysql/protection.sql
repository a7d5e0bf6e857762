-- Whether connections can be and have to be encrypted, and whether reading is logged; each server knows some of these.
SHOW GLOBAL VARIABLES WHERE Variable_name IN ('have_ssl', 'require_secure_transport', 'tls_version', 'server_audit_logging', 'audit_log_policy', 'general_log')
