"""Define and fit the four models of the demo: their training data, their held-out data and their settings.

Every held-out period is after its training period, and training uses only labels that were known when the held-out
period began. The predictions submitted as evidence are those of the artifact that is registered.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data.errors import ConfigurationError
from modelward.demo.flights import LABEL, flights_between, known_by, start_of_day, to_frame

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Scores = npt.NDArray[np.float64]

SEED: Final = 2013
SMALL_TREES: Final[Mapping[str, float]] = MappingProxyType(
    {"max_iter": 80, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 200, "l2_regularization": 10.0}
)
DEEP_TREES: Final[Mapping[str, float]] = MappingProxyType(
    {"max_iter": 100, "learning_rate": 0.1, "max_leaf_nodes": 63, "min_samples_leaf": 5}
)


class Classifier(Protocol):
    """A classifier of scikit-learn; its probabilities of (on time, late) have shape (rows, 2)."""

    def predict_proba(self, X: pd.DataFrame) -> Scores: ...  # noqa: N803


@dataclass(frozen=True)
class Recipe:
    """The recipe of a version: training period, later held-out period (UTC days, both ends included) and settings."""

    name: str
    trained_from: date
    trained_to: date
    held_out_from: date
    held_out_to: date
    settings: Mapping[str, float]

    def training(self) -> pa.Table:
        """Return the flights of the training period whose label was known before the held-out period began."""
        flights = flights_between(self.trained_from, self.trained_to)
        return known_by(flights, start_of_day(self.held_out_from))

    @property
    def registered_at(self) -> datetime:
        """Noon UTC of the day after the held-out period, when almost all its labels are known."""
        return start_of_day(self.held_out_to) + timedelta(days=1, hours=12)

    def held_out(self) -> pa.Table:
        """Return the flights of the held-out period whose label was known when the version was registered."""
        return known_by(flights_between(self.held_out_from, self.held_out_to), self.registered_at)


def _winter(name: str, settings: Mapping[str, float]) -> Recipe:
    return Recipe(name, date(2013, 1, 1), date(2013, 3, 10), date(2013, 3, 11), date(2013, 3, 30), settings)


OVERFITTED: Final = _winter("overfitted", DEEP_TREES)
WINTER: Final = _winter("winter", SMALL_TREES)
CHALLENGER: Final = Recipe(
    "challenger", date(2013, 1, 1), date(2013, 6, 9), date(2013, 6, 10), date(2013, 6, 30), SMALL_TREES
)
RETRAINED: Final = Recipe(
    "retrained", date(2013, 7, 1), date(2013, 9, 15), date(2013, 9, 16), date(2013, 9, 30), SMALL_TREES
)
RECIPES: Final = (OVERFITTED, WINTER, CHALLENGER, RETRAINED)


@dataclass(frozen=True)
class FittedModel:
    """A fitted classifier, which is stored as the artifact."""

    estimator: Classifier

    def predict(self, flights: pa.Table) -> Scores:
        """Return the probability of arriving late for each flight, in the same order, shape (rows,)."""
        if len(flights) == 0:
            return np.empty(0)
        with one_thread():
            return self.estimator.predict_proba(to_frame(flights))[:, 1]


def fit(settings: Mapping[str, float], flights: pa.Table) -> FittedModel:
    """Fit gradient-boosted trees on labelled flights; the same rows and settings give the same model."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ModuleNotFoundError as missing:
        raise ConfigurationError(
            "the demo fits its models with scikit-learn, which is not installed", "run `make demo`, which installs it"
        ) from missing
    estimator = HistGradientBoostingClassifier(
        categorical_features="from_dtype", early_stopping=False, random_state=SEED, **settings
    )
    with one_thread():
        return FittedModel(estimator.fit(to_frame(flights), flights[LABEL].to_numpy()))


def one_thread() -> AbstractContextManager[object]:
    """Let scikit-learn use one thread: on a busy machine its threads wait for each other most of the time."""
    limited: AbstractContextManager[object] = _threadpools().limit(limits=1, user_api="openmp")
    return limited


@cache
def _threadpools() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def score_flights(model: FittedModel, flights: pa.Table) -> pa.Table:
    """Return `prediction_id`, `predicted_at`, `label` and the model's `score` for each flight."""
    return flights.select(["prediction_id", "predicted_at", LABEL]).append_column(
        "score", pa.array(model.predict(flights))
    )


def save_model(model: FittedModel, target: Path) -> None:
    """Write the artifact of a model."""
    target.write_bytes(pickle.dumps(model.estimator, protocol=5))


def load_model(source: Path) -> FittedModel:
    """Read a model from its artifact. Call this only on bytes whose digest was verified."""
    return FittedModel(pickle.loads(source.read_bytes()))  # noqa: S301 - the demo serves what it fitted itself
