"""What the written reports show: a run turned into plain rows of words and numbers, before any markup."""
