"""A submission is checked against the registry before any expensive step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import IllegalMoveError, ModelwardError, NotAuthorisedError, SubmissionError
from data.records.model import Model
from data.records.version import CodeState
from data.registry.state import State
from data.submission.folder import Submission, read_submission
from data.submission.provenance import Provenance
from tasks.register.check_against_registry import check_against_registry
from tests.submissions import replace_line, write_filled
from tests.world import MODEL, World


@pytest.fixture
def folder(tmp_path: Path, world: World) -> Path:
    """A submission of tier 2, like the world's model."""
    folder = write_filled(tmp_path / "submission", MODEL.removeprefix("models/"))
    replace_line(folder / "model.yaml", "  exposure:", "  exposure: 3")
    return folder


def read(folder: Path, digest: str = "sha256:new") -> Submission:
    return read_submission(folder, digest, Provenance())


def test_a_first_version_has_no_parent(folder: Path) -> None:
    found = check_against_registry.fn(read(folder))
    assert (found.registered_as, found.parent, found.former_sections) == (None, None, ())
    assert "dev" in {one.person for one in found.roster}


def test_the_default_parent_is_the_latest_version(world: World, folder: Path) -> None:
    world.version()
    newest = world.version()
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    found = check_against_registry.fn(read(folder))
    assert found.parent is not None
    assert (found.parent.key, found.parent_derived) == (newest, True)
    assert [one.name for one in found.former_sections] == ["purpose"]


def test_the_submitted_parent_is_used(world: World, folder: Path) -> None:
    first, _ = world.version(), world.version()
    replace_line(folder / "version.yaml", "# parent:", "parent: 1")
    found = check_against_registry.fn(read(folder))
    assert found.parent is not None
    assert (found.parent.key, found.parent_derived) == (first, False)


def test_a_registered_submission_returns_its_version(world: World, folder: Path) -> None:
    key = world.version(submission_digest="sha256:same")
    replace_line(folder / "version.yaml", "change_class:", "change_class: new")
    assert check_against_registry.fn(read(folder, "sha256:same")).registered_as == key


def test_a_submission_that_was_unproven_is_registered_again_once_it_is_proven(world: World, folder: Path) -> None:
    world.version(submission_digest="sha256:same", code=CodeState(commit="ab" * 20, dirty=True))
    proven = Provenance(commit="ab" * 20, dirty=False, has_whole_history=True)
    assert check_against_registry.fn(read_submission(folder, "sha256:same", proven)).registered_as is None


def test_relaxed_rules_are_refused_for_a_new_submission(world: World, folder: Path) -> None:
    key = world.version(submission_digest="sha256:same")
    replace_line(folder / "model.yaml", "  exposure:", "  exposure: 2")
    with pytest.raises(NotAuthorisedError, match="would be relaxed: tier 2 becomes 3"):
        check_against_registry.fn(read(folder))
    assert check_against_registry.fn(read(folder, "sha256:same")).registered_as == key


def standard(folder: Path) -> None:
    replace_line(folder / "model.yaml", "  - {standard:", "  - {standard: strict, rationale: all}")


def unknown_parent(folder: Path) -> None:
    replace_line(folder / "version.yaml", "# parent:", "parent: 9")


def unknown_upstream(folder: Path) -> None:
    replace_line(folder / "version.yaml", "# upstream:", "upstream: [ops/weather/3]")


def retrain_of_nothing(folder: Path) -> None:
    replace_line(folder / "version.yaml", "change_class:", "change_class: within plan")


CASES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a standard that is not adopted": (
        standard,
        "the standard strict is not adopted",
        "modelward standard adopt strict",
    ),
    "an unregistered parent": (unknown_parent, "the parent ops/delay v9 is not registered", "omit `parent`"),
    "an unregistered upstream version": (
        unknown_upstream,
        "ops/weather v3 is not registered",
        "register that version first, or correct `upstream`",
    ),
    "a retrain without an earlier version": (
        retrain_of_nothing,
        "change_class is within plan, but the model has no",
        "change_class: new",
    ),
}


@pytest.mark.parametrize("spoil, what, remedy", CASES.values(), ids=CASES)
def test_a_submission_that_contradicts_the_registry_is_refused(
    folder: Path, spoil: Callable[[Path], None], what: str, remedy: str
) -> None:
    spoil(folder)
    with pytest.raises(SubmissionError) as refused:
        check_against_registry.fn(read(folder))
    assert what in refused.value.what
    assert remedy in refused.value.remedy


def test_a_version_of_a_retired_model_is_refused(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world.version()
    retired = world.get(Model, MODEL).model_copy(update={"state": "retired"})
    monkeypatch.setattr(State, "get", lambda *_: retired)
    refused: type[ModelwardError] = IllegalMoveError
    with pytest.raises(refused, match="ops/delay is retired"):
        check_against_registry.fn(read(folder))


def test_another_owner_is_refused_in_a_submission_because_it_needs_a_code(world: World, folder: Path) -> None:
    world.model()
    replace_line(folder / "model.yaml", "owner:", "owner: rita")
    with pytest.raises(NotAuthorisedError, match="the owner of ops/delay would change from olga to rita"):
        check_against_registry.fn(read(folder))
