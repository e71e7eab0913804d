"""The reference of a version: edges from the training data, and both datasets counted on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ArtifactError
from data.submission.folder import read_submission
from data.submission.provenance import Provenance
from tasks.register.build_reference import build_reference, read_reference
from tests.submissions import replace_line, rows, write_filled, write_rows
from tests.world import World


def test_a_reference_is_read_back_as_it_was_built(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    submission = read_submission(folder, "", Provenance())
    digest = build_reference.fn(submission)
    assert build_reference.fn(submission) == digest, "the same data give the same reference"
    found = read_reference(world.artifacts, digest)
    assert found.edges.names == ("temp", "carrier", "score")
    assert found.profiles["training"].categorical("carrier").new == 0
    assert found.profiles["held-out"].rows == found.scores["held-out"].rows == 600


def test_the_score_column_is_renamed_to_score(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    replace_line(folder / "model.yaml", "  score:", "  score: p_late")
    for name in ("training", "held_out"):
        columns = rows()
        write_rows(folder / "data" / f"{name}.parquet", {**columns, "score": None, "p_late": columns["score"]})
        suite = folder / "suites" / f"{name}.json"
        suite.write_text(suite.read_text().replace('"score"', '"p_late"'))
    digest = build_reference.fn(read_submission(folder, "", Provenance()))
    assert read_reference(world.artifacts, digest).edges.names == ("temp", "carrier", "score")


def test_unknown_labels_are_counted_as_unknown(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    label = [None, *rows()["label"][1:].tolist()]
    write_rows(folder / "data" / "held_out.parquet", {**rows(), "label": label})
    digest = build_reference.fn(read_submission(folder, "", Provenance()))
    assert read_reference(world.artifacts, digest).scores["held-out"].known == 599


def test_a_reference_of_another_format_is_refused(world: World) -> None:
    digest = world.artifacts.put(b'{"format": 2}')
    with pytest.raises(ArtifactError, match="has format 2; this modelward reads only format 1"):
        read_reference(world.artifacts, digest)
