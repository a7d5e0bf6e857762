-- Rights of MySQL 8 by which accounts act as others or give themselves roles, or copy the server where the clone plugin is active.
SELECT g.USER, g.HOST, g.PRIV FROM mysql.global_grants AS g
WHERE g.PRIV IN ('SET_USER_ID', 'SET_ANY_DEFINER', 'ROLE_ADMIN')
   OR g.PRIV = 'BACKUP_ADMIN' AND EXISTS (
          SELECT 1 FROM information_schema.PLUGINS AS p WHERE p.PLUGIN_NAME = 'clone' AND p.PLUGIN_STATUS = 'ACTIVE'
      )
ORDER BY 1, 2, 3
