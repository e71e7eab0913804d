-- name: label each prediction
-- Every prediction with its label, where all labels told for its id agree; the earliest of equal ones counts.
WITH said AS (
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
    CASE WHEN said.lowest = said.highest THEN said.lowest END AS label,
    (epoch_us(said.labelled_at) - epoch_us(predictions.predicted_at)) / 86400000000.0 AS age_days,
    coalesce(said.times, 0) AS times,
    coalesce(said.lowest <> said.highest, FALSE) AS contradicted
FROM predictions
LEFT JOIN said USING (prediction_id);
