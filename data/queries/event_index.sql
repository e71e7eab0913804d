-- name: numbers of the events about each model
-- From the events with first number <= seq < second number: each model with the numbers of the events whose subject is
-- the model or below it. No body is read.
SELECT
    model,
    list(seq ORDER BY seq) AS numbers
FROM (
    SELECT
        seq,
        regexp_extract(subject, '^(models/[^/]+/[^/]+)', 1) AS model
    FROM audit_event
    WHERE seq >= ? AND seq < ? AND starts_with(subject, 'models/')
)
WHERE model <> ''
GROUP BY model;
