-- name: the windows before
-- Of each (model, version, before, most): the `most` newest windows of that version that ended before that day.
WITH asked AS (
    SELECT
        unnest(?::VARCHAR[]) AS model,
        unnest(?::VARCHAR[]) AS version,
        unnest(?::VARCHAR[]) AS before,
        unnest(?::BIGINT[]) AS most
),

chosen AS (
    SELECT run.key
    FROM monitoring_run AS run
    INNER JOIN asked ON run.model = asked.model
    WHERE run.to_date < asked.before AND contains(run.versions, '"' || asked.version || '"')
    QUALIFY row_number() OVER (PARTITION BY run.model ORDER BY run.to_date DESC) <= asked.most
)

SELECT
    run.model,
    run.from_date,
    run.to_date,
    run.outcomes
FROM monitoring_run AS run
INNER JOIN chosen ON run.key = chosen.key
ORDER BY run.model, run.to_date;
