-- Each event gets a seal: a signature of the log's key over its number and leaf, kept outside its body.
ALTER TABLE audit_event ADD COLUMN seal BLOB;

-- The Merkle frontier at each checkpoint: from there the head of the log is computed again before each write.
ALTER TABLE checkpoint ADD COLUMN frontier VARCHAR;

-- The number of the event that holds the last image of each row.
CREATE TABLE row_image (table_name VARCHAR NOT NULL, key VARCHAR NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (table_name, key));

-- The size of the last checkpoint that each anchor confirmed.
CREATE TABLE anchor_confirmation (anchor VARCHAR PRIMARY KEY, size BIGINT NOT NULL);

-- The digest of the seed of a one-time code, as the enrolment recorded it.
ALTER TABLE credential ADD COLUMN credential_digest VARCHAR;
