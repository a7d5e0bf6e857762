"""SQL before it runs: which stored columns leave, by which statement, in which form."""
