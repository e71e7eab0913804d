"""The artifact, documents and environment of a submission are stored by digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import DigestMismatchError
from data.submission.folder import read_submission
from data.submission.provenance import Provenance
from tasks.register.store_artifact import store_artifact
from tests.submissions import write_filled
from tests.world import World


def test_everything_can_be_read_back_by_digest(world: World, tmp_path: Path) -> None:
    submission = read_submission(write_filled(tmp_path / "submission"), "", Provenance())
    environment = store_artifact.fn(submission)
    assert world.artifacts.read(str(environment)) == b"numpy==2.4.0\n"
    assert world.artifacts.read(submission.artifact.record.digest) == b"opaque bytes of a model"
    assert {world.artifacts.read(one.digest) for one in submission.documents} == {
        one.text.encode() for one in submission.documents
    }


def test_a_pin_is_stored_under_its_digest(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    (folder / "artifact" / "model.bin").rename(folder / "artifact" / "endpoint.yaml")
    (folder / "artifact" / "endpoint.yaml").write_text("provider: acme\nsnapshot: large-1\n")
    (folder / "requirements.txt").unlink()
    submission = read_submission(folder, "", Provenance())
    assert store_artifact.fn(submission) is None
    assert world.artifacts.read(submission.artifact.record.digest) == b'{"provider":"acme","snapshot":"large-1"}'


def test_an_artifact_that_changes_during_registration_is_refused(world: World, tmp_path: Path) -> None:
    submission = read_submission(write_filled(tmp_path / "submission"), "", Provenance())
    (submission.folder / "artifact" / "model.bin").write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError, match="changed during the registration"):
        store_artifact.fn(submission)
