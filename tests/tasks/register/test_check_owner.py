"""The owner that model.yaml names must be an active person on the roster."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.records.person import Person
from data.submission.folder import read_submission
from data.submission.provenance import Provenance
from tasks.register.check_against_registry import check_against_registry
from tasks.register.check_owner import check_owner
from tests.submissions import replace_line, write_filled
from tests.world import World


@pytest.mark.parametrize(
    ("owner", "remedy"),
    [("ogla", "did you mean olga?"), ("zzzz", "add the person with `modelward people add zzzz`, or correct `owner`")],
)
def test_an_owner_on_no_roster_is_refused_with_the_line(world: World, tmp_path: Path, owner: str, remedy: str) -> None:
    folder = write_filled(tmp_path / "submission")
    replace_line(folder / "model.yaml", "owner:", f"owner: {owner}")
    with pytest.raises(SubmissionError) as refused:
        check_against_registry.fn(read_submission(folder, "sha256:new", Provenance()))
    assert (refused.value.what, refused.value.remedy) == (
        f"model.yaml:5: the owner {owner} is not on the roster",
        remedy,
    )


def test_a_person_who_left_cannot_be_the_owner(world: World, tmp_path: Path) -> None:
    submission = read_submission(write_filled(tmp_path / "submission"), "sha256:new", Provenance())
    left = [one.model_copy(update={"state": "revoked"}) for one in world.find(Person, person="olga")]
    with pytest.raises(SubmissionError, match="the owner olga is not on the roster"):
        check_owner(submission, left)
