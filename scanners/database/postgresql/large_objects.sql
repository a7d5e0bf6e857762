-- Large objects: content outside of tables, which only their owner can read.
SELECT count(*) FROM pg_catalog.pg_largeobject_metadata
