-- The held-out rows that are training rows, by id and by content.
ALTER TABLE dataset ADD COLUMN overlap VARCHAR;
