-- name: numbers of the events about each model
-- From the events with first number <= seq < second number: each model with the numbers of the events that contain its
-- key. A body that is not text, which only tampering can produce, is skipped.
SELECT
    model,
    list(seq ORDER BY seq) AS numbers
FROM (
    SELECT
        seq,
        unnest(list_distinct(regexp_extract_all(try(decode(body)), '"(models/[^/"]+/[^/"]+)', 1))) AS model
    FROM audit_event
    WHERE seq >= ? AND seq < ?
)
GROUP BY model;
