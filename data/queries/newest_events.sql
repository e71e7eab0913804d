-- name: the latest event about each model
-- Each model with the greatest number of the events whose subject is the model or below it. No body is read.
SELECT
    regexp_extract(subject, '^(models/[^/]+/[^/]+)', 1) AS model,
    max(seq) AS newest
FROM audit_event
WHERE starts_with(subject, 'models/')
GROUP BY model;
