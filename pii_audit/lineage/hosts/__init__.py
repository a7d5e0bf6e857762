"""SQL within programs: what a file in another language hands to a database, found without running any of it."""
