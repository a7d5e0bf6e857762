-- Nothing: the catalog does not say which routines run as their caller, so that all count as running as their owner.
SELECT '', '' FROM DUAL WHERE 1 = 0
