-- name: keys of the versions that fit, a page
-- $model, $team, $owner, $state: empty for any; $tier: 0 for any; $serving: only versions that serve now.
-- The second column is the number of all versions that fit.
SELECT
    version.key,
    count(*) OVER () AS total
FROM version
INNER JOIN model ON version.model = model.key
WHERE
    ($model = '' OR version.model = $model)
    AND ($team = '' OR model.team = $team)
    AND ($owner = '' OR model.owner = $owner)
    AND ($tier = 0 OR model.tier = $tier)
    AND ($state = '' OR version.review_state = $state)
    AND (NOT $serving OR version.key IN (SELECT deployment.version FROM deployment WHERE deployment.state = 'deployed'))
ORDER BY model.team, model.name, version.number
LIMIT $rows OFFSET $offset;
