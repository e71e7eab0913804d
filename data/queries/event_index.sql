-- name: which events name which model
-- Of the events from one number up to, not including, another: each model with their numbers. A body that is no text,
-- which only a hand could have put there, names nothing.
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
