-- Which role was granted to whom, and whether it may be passed on.
SELECT r.ROLENAME, RTRIM(r.GRANTEE), r.GRANTEETYPE, r.ADMIN FROM SYSCAT.ROLEAUTH AS r ORDER BY 1, 2
