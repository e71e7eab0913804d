"""The demo's models: trained on earlier data only, reproducible, and overfitted only with deep trees."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from data.errors import ConfigurationError
from modelward.demo import train
from modelward.demo.flights import LABEL, flights_between, start_of_day
from monitoring.metrics import auc

pytest.importorskip("sklearn", reason="the extra `demo` is not installed")

BY_NAME = {recipe.name: recipe for recipe in train.RECIPES}


@pytest.fixture(scope="module")
def week() -> pa.Table:
    """One labelled week."""
    flights = flights_between(date(2013, 2, 4), date(2013, 2, 10))
    return flights.filter(pc.is_valid(flights[LABEL]))


@pytest.fixture(scope="module")
def winter() -> train.FittedModel:
    return train.fit(train.WINTER.settings, train.WINTER.training())


def area(model: train.FittedModel, flights: pa.Table) -> float:
    return auc(flights[LABEL].to_numpy().astype(float), model.predict(flights))


@pytest.mark.parametrize("recipe", train.RECIPES, ids=BY_NAME)
def test_the_held_out_period_begins_after_every_training_label_is_known(recipe: train.Recipe) -> None:
    known, judged = recipe.training(), recipe.held_out()
    held_out_start = start_of_day(recipe.held_out_from)
    assert recipe.held_out_from == recipe.trained_to + timedelta(days=1)
    assert pc.max(known["labelled_at"]).as_py() < held_out_start <= pc.min(judged["predicted_at"]).as_py()
    assert known[LABEL].null_count == judged[LABEL].null_count == 0


@pytest.mark.parametrize("recipe", train.RECIPES, ids=BY_NAME)
def test_a_held_out_period_has_at_least_fourteen_days(recipe: train.Recipe) -> None:
    assert (recipe.held_out_to - recipe.held_out_from).days + 1 >= 14


def test_the_held_out_weeks_of_the_first_models_are_before_april() -> None:
    assert max(train.WINTER.held_out_to, train.OVERFITTED.held_out_to) < date(2013, 4, 1)


def test_the_winter_model_ranks_held_out_weeks_with_an_auc_above_0_65(winter: train.FittedModel) -> None:
    assert area(winter, train.WINTER.held_out()) > 0.65


def test_deep_trees_memorise_and_small_ones_do_not(week: pa.Table) -> None:
    later = train.WINTER.held_out()
    fits = [train.fit(settings, week) for settings in (train.SMALL_TREES, train.DEEP_TREES)]
    small, deep = (area(model, week) - area(model, later) for model in fits)
    assert deep > small + 0.1


def test_the_same_rows_give_the_same_model(week: pa.Table) -> None:
    first, second = (train.fit(train.SMALL_TREES, week).predict(week) for _ in range(2))
    assert np.array_equal(first, second)


def test_each_row_gets_one_probability(winter: train.FittedModel, week: pa.Table) -> None:
    scores = winter.predict(week)
    assert scores.shape == (len(week),)
    assert scores.dtype == np.float64
    assert 0 < scores.min() < scores.max() < 1


def test_a_score_does_not_depend_on_the_rows_beside_it(winter: train.FittedModel, week: pa.Table) -> None:
    assert np.array_equal(winter.predict(week)[5:9], winter.predict(week.slice(5, 4)))


def test_no_flights_have_no_scores(winter: train.FittedModel, week: pa.Table) -> None:
    assert winter.predict(week.slice(0, 0)).shape == (0,)


def test_an_artifact_read_back_scores_the_same(winter: train.FittedModel, week: pa.Table, tmp_path: Path) -> None:
    train.save_model(winter, tmp_path / "model.pkl")
    assert np.array_equal(train.load_model(tmp_path / "model.pkl").predict(week), winter.predict(week))


def test_the_evidence_has_one_row_for_each_prediction(winter: train.FittedModel, week: pa.Table) -> None:
    evidence = train.score_flights(winter, week)
    assert evidence.column_names == ["prediction_id", "predicted_at", "label", "score"]
    assert evidence["prediction_id"].equals(week["prediction_id"])


def test_without_scikit_learn_the_error_names_make_demo(week: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(ConfigurationError, match="make demo"):
        train.fit(train.SMALL_TREES, week)
