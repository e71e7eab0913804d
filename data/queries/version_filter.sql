-- name: keys of the versions that fit, a page
-- $model, $team, $owner, $state: empty for any; $tier: 0 for any; $serving: only versions that serve now.
-- The second column is the number of all versions that fit.
WITH fitting AS (
    SELECT
        version.key,
        model.team,
        model.name,
        version.number
    FROM version
    INNER JOIN model ON version.model = model.key
    WHERE
        ($model = '' OR version.model = $model)
        AND ($team = '' OR model.team = $team)
        AND ($owner = '' OR model.owner = $owner)
        AND ($tier = 0 OR model.tier = $tier)
        AND ($state = '' OR version.review_state = $state)
        AND (NOT $serving OR version.key IN (SELECT deployment.version FROM deployment WHERE deployment.state = 'deployed'))
)

SELECT
    fitting.key,
    (SELECT count(*) FROM fitting) AS total
FROM fitting
ORDER BY fitting.team, fitting.name, fitting.number
LIMIT $rows OFFSET $offset;
