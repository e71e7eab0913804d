-- How many anchors must confirm a checkpoint before a decision takes effect, as the standard demands; NULL: all that are set.
ALTER TABLE standard ADD COLUMN anchors BIGINT;
