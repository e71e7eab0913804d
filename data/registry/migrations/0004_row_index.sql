-- DuckDB uses no index for a look-up by two columns: without this one the last image of a row is found by reading every place.
CREATE INDEX row_image_by_key ON row_image (key);
