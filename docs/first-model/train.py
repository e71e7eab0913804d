"""Learn which hand-written digits are eights, with a tree or a smooth method; write the model, and the scored rows."""

import pickle
import sys
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier

METHODS = {
    "tree": DecisionTreeClassifier(random_state=1),
    "smooth": make_pipeline(StandardScaler(), PolynomialFeatures(2), LogisticRegression(C=0.1, max_iter=2000)),
}

folder, logs, labels = Path(__file__).parents[1], Path("var/logs/post/eights"), Path("var/labels/post/eights")
digits, sides = load_digits(), (("row", 2), ("column", 1))
ink = pd.DataFrame({f"{side}{n}": digits.images.sum(axis=axis)[:, n] for side, axis in sides for n in range(8)})
rows = ink.assign(
    prediction_id=[f"archive-{n}" for n in ink.index],
    predicted_at=pd.date_range("2024-01-01", periods=len(ink), freq="h", tz="UTC", unit="us"),
    label=(digits.target == 8).astype("int8"),
)
training, held_out = rows[:900], rows[900:1500]
if logs.exists():  # by plan: half of what the gate reported is learnt from, the other half judges
    reported = pd.read_parquet(logs).merge(pd.read_parquet(labels)[["prediction_id", "label"]], on="prediction_id")
    odd = reported["prediction_id"].str[-1].isin(list("13579"))
    training, held_out = pd.concat([training, reported[~odd][rows.columns]]), reported[odd][rows.columns]

model = METHODS[sys.argv[1]].fit(training[ink.columns], training["label"])
for name in ("artifact", "data"):
    (folder / name).mkdir(exist_ok=True)
for name, part in {"training": training, "held_out": held_out}.items():
    scored = part.assign(score=model.predict_proba(part[ink.columns])[:, 1])
    scored.to_parquet(folder / "data" / f"{name}.parquet", index=False)
(folder / "artifact" / "model.pickle").write_bytes(pickle.dumps(model))
