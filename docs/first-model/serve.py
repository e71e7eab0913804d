"""A stand-in for the gate: score what it scanned in the last 21 days, log it, and log what people read."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

home, name = Path("var"), "post/eights"
served = json.loads((home / "serving" / name / "current.json").read_text())
model = pickle.loads(Path(served["path"]).read_bytes())

digits, sides = load_digits(), (("row", 2), ("column", 1))
random, today = np.random.default_rng(1), pd.Timestamp.now("UTC").normalize().as_unit("us")
for ago in range(21, 0, -1):
    day, sheets = today - pd.Timedelta(days=ago), random.integers(1500, 1797, 90)
    pressure = random.uniform(0.97, 1.03, (90, 1, 1))  # no two scans are alike, so no row is one that was learnt from
    images = digits.images[sheets] * pressure * (0.6 if ago <= 7 else 1.0)
    ink = pd.DataFrame({f"{side}{n}": images.sum(axis=axis)[:, n] for side, axis in sides for n in range(8)})
    logged = ink.assign(
        prediction_id=[f"{day:%Y-%m-%d}-{number}-sheet-{sheet}" for number, sheet in enumerate(sheets)],
        predicted_at=pd.date_range(day, periods=90, freq="16min"),
        model_version=served["version"].rpartition("/")[2],
        consumer="gate-8",
        score=model.predict_proba(ink)[:, 1],
    )
    read = logged[["prediction_id"]].assign(label=(digits.target[sheets] == 8).astype("int8"))
    for kind, part in {"logs": logged, "labels": read.assign(labelled_at=logged["predicted_at"])}.items():
        folder = home / kind / name / f"date={day:%Y-%m-%d}"
        folder.mkdir(parents=True, exist_ok=True)
        part.to_parquet(folder / "gate-8.parquet", index=False)
