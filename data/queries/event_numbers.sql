-- name: numbers of the events about some models
-- Each of the $models (a list of keys) with the numbers of the events whose subject is the model or below it. No body is
-- read.
SELECT
    model,
    list(seq ORDER BY seq) AS numbers
FROM (
    SELECT
        seq,
        regexp_extract(subject, '^(models/[^/]+/[^/]+)', 1) AS model
    FROM audit_event
    WHERE starts_with(subject, 'models/')
)
WHERE list_contains($models, model)
GROUP BY model;
