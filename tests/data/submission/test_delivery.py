"""The delivery of a submission: the pack under its digest, and its provenance beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.files.home import Home
from data.submission.delivery import deliver, delivered_provenance, open_delivery
from data.submission.provenance import Provenance
from tests.git_repositories import git_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "model.yaml").write_text("model: ops/late\n")
    return tmp_path / "submission"


def test_a_delivered_submission_can_be_opened_elsewhere(folder: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    digest = deliver(folder, home, "dev")
    assert (open_delivery(home, digest, tmp_path / "out") / "model.yaml").read_text() == "model: ops/late\n"
    assert delivered_provenance(home, digest).submitter == "dev"


def test_a_proven_provenance_is_not_replaced_by_a_later_delivery(folder: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = deliver(folder, home, "dev")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "1"]):
        git_in(folder, *command)
    assert deliver(folder, home, "sam") == first
    proven = delivered_provenance(home, first)
    assert (proven.commit is not None, proven.submitter) == (True, "sam")
    deliver(folder, home, "tess")
    assert delivered_provenance(home, first) == proven


def test_without_stored_provenance_the_submission_is_unproven(tmp_path: Path) -> None:
    assert delivered_provenance(Home(tmp_path), "sha256:" + "0" * 64) == Provenance()


def test_a_missing_submission_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"'\.\./x' is neither a folder nor the digest"):
        open_delivery(Home(tmp_path), "../x", tmp_path / "out")
    with pytest.raises(SubmissionError, match="the inbox has no submission"):
        open_delivery(Home(tmp_path), "sha256:" + "0" * 64, tmp_path / "out")


def test_a_provenance_that_was_changed_is_refused_and_derived_again(folder: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    digest = deliver(folder, home, "dev")
    (stored,) = (home.inbox / "provenance").iterdir()
    stored.write_text(stored.read_text().replace('"dev"', '"sam"'))
    with pytest.raises(SubmissionError, match="is not as it was written"):
        delivered_provenance(home, digest)
    deliver(folder, home, "tess")
    assert delivered_provenance(home, digest).submitter == "tess"


def test_the_provenance_of_another_submission_and_one_without_a_seal_are_refused(folder: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver(folder, home, "dev")
    (first,) = (home.inbox / "provenance").iterdir()
    (folder / "more.txt").write_text("more")
    digest = deliver(folder, home, "dev")
    second = first.with_name(digest.removeprefix("sha256:") + ".json")
    for content in (first.read_bytes(), first.read_bytes().rpartition(b"\n")[0]):
        second.write_bytes(content)
        with pytest.raises(SubmissionError, match="is not as it was written"):
            delivered_provenance(home, digest)
