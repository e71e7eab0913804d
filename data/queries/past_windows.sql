-- name: past windows of each model
-- For each request (model, version, before, most): the latest `most` windows of the version that ended before the day.
WITH requests AS (
    SELECT
        unnest(?::VARCHAR[]) AS model,
        unnest(?::VARCHAR[]) AS version,
        unnest(?::VARCHAR[]) AS before,
        unnest(?::BIGINT[]) AS most
),

chosen AS (
    SELECT run.key
    FROM monitoring_run AS run
    INNER JOIN requests ON run.model = requests.model
    WHERE run.to_date < requests.before AND contains(run.versions, '"' || requests.version || '"')
    QUALIFY row_number() OVER (PARTITION BY run.model ORDER BY run.to_date DESC) <= requests.most
)

SELECT
    run.model,
    run.from_date,
    run.to_date,
    run.outcomes
FROM monitoring_run AS run
INNER JOIN chosen ON run.key = chosen.key
ORDER BY run.model, run.to_date;
