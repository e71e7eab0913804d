-- name: label each prediction
-- Every prediction with its label, if all labels of its id are equal; the earliest of them is used.
WITH known AS (
    SELECT
        prediction_id,
        min(label) AS lowest,
        max(label) AS highest,
        count(*) AS times,
        min(labelled_at) AS labelled_at
    FROM labels
    GROUP BY prediction_id
)
SELECT
    predictions.prediction_id,
    predictions.model_version,
    predictions.score,
    CASE WHEN known.lowest = known.highest THEN known.lowest END AS label,
    (epoch_us(known.labelled_at) - epoch_us(predictions.predicted_at)) / 86400000000.0 AS age_days,
    coalesce(known.times, 0) AS times,
    coalesce(known.lowest <> known.highest, FALSE) AS contradicted
FROM predictions
LEFT JOIN known USING (prediction_id);
