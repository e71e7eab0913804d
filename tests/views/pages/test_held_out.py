"""The held-out scores of a version, read from the histogram that is kept with its reference."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.files.artifacts import ArtifactStore
from monitoring import score_file
from monitoring.scores import count_scores
from views.charts.svg_calibration import draw_calibration
from views.charts.svg_histogram import draw_histograms
from views.pages.held_out import HeldOut, held_out

ROWS = 20_000


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path)


def kept(store: ArtifactStore, score: np.ndarray, label: np.ndarray | None) -> str:
    part = store.put(score_file.to_bytes(count_scores(score, label)))
    return store.put(json.dumps({"scores": {"held-out": part}}).encode())


def read(store: ArtifactStore, factor: float = 1.0) -> HeldOut:
    rng = np.random.default_rng(1)
    score = rng.beta(2.0, 3.0, ROWS)
    label = (rng.random(ROWS) < score * factor).astype(np.float64)
    found = held_out(store, kept(store, score, label))
    assert found is not None
    return found


def test_the_groups_of_a_calibrated_model_are_on_the_diagonal(store: ArtifactStore) -> None:
    groups = read(store).groups

    assert len(groups) == 10
    assert sum(one.rows for one in groups) == ROWS
    assert [one.score for one in groups] == sorted(one.score for one in groups)
    assert sum(one.low <= one.score <= one.high for one in groups) >= 8


def test_the_groups_of_a_model_with_doubled_scores_are_off_the_diagonal(store: ArtifactStore) -> None:
    assert all(one.rate < one.score for one in read(store, factor=0.5).groups)


def test_the_shares_of_each_label_sum_to_one(store: ArtifactStore) -> None:
    found = read(store)

    assert sum(found.with_event) == pytest.approx(1.0)
    assert sum(found.without) == pytest.approx(1.0)


def test_equal_scores_form_one_group(store: ArtifactStore) -> None:
    found = held_out(store, kept(store, np.full(100, 0.25), np.repeat([0.0, 1.0], 50)))

    assert found is not None
    assert [(one.rows, one.rate) for one in found.groups] == [(100, 0.5)]


MISSING: dict[str, Callable[[ArtifactStore], str | None]] = {
    "a version without a reference": lambda store: None,
    "a reference whose bytes are gone": lambda store: "sha256:" + "0" * 64,
    "a reference that is no JSON": lambda store: store.put(b"\xff"),
    "a reference without scores": lambda store: store.put(b"{}"),
    "a reference without held-out data": lambda store: store.put(b'{"scores": {}}'),
    "scores that cannot be read": lambda store: store.put(
        json.dumps({"scores": {"held-out": store.put(b"x")}}).encode()
    ),
    "scores without a label": lambda store: kept(store, np.full(10, 0.5), None),
}


@pytest.mark.parametrize("digest", MISSING.values(), ids=MISSING)
def test_scores_that_are_missing_or_unreadable_give_none(
    digest: Callable[[ArtifactStore], str | None], store: ArtifactStore
) -> None:
    assert held_out(store, digest(store)) is None


def test_the_curve_shows_each_group_and_describes_the_widest_gap(store: ArtifactStore) -> None:
    root = ET.fromstring(draw_calibration("curve", "Calibration", read(store, factor=0.5)))

    assert len(list(root.iter("circle"))) == 10
    assert "10 groups of 20,000 predictions" in (root[1].text or "")


def test_the_histograms_show_both_labels_and_describe_their_means(store: ArtifactStore) -> None:
    root = ET.fromstring(draw_histograms("pair", "Scores", read(store)))

    looks = {one.attrib["class"] for one in root.iter("rect")}
    assert looks == {"column look0", "column look1"}
    assert (root[1].text or "").startswith("Mean score 0.5")
