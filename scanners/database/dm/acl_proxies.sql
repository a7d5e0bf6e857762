-- Nothing: nobody logs in for others.
SELECT '', '' FROM DUAL WHERE 1 = 0
