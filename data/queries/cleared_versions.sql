-- name: assessed versions that their latest verdict set cleared, with what decides whether a validator must conclude
-- `standard` is the first standard of the model, `used` are the keys of the standards that judged the version.
WITH judged AS (
    SELECT
        version,
        arg_max(
            {'cleared': cleared, 'key': key, 'standards': standards, 'environment': environment}, number
        ) AS latest
    FROM verdict_set
    WHERE stage = 'assess'
    GROUP BY version
)

SELECT
    version.key,
    judged.latest.key AS verdicts,
    model.standards ->> '$[0].standard' AS standard,
    judged.latest.standards AS used,
    model.tier,
    version.change ->> '$.change_class' AS change_class,
    judged.latest.environment
FROM version
INNER JOIN judged ON version.key = judged.version
INNER JOIN model ON version.model = model.key
WHERE version.review_state = 'assessed' AND judged.latest.cleared
ORDER BY model.team, model.name, version.number;
