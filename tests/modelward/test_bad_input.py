"""Invalid submissions, documents, artifacts, names and people are refused by the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.files.artifacts import ArtifactStore
from data.records.version import ReviewState, Version
from tests.atomicity_checks import check_atomicity, has_one_error
from tests.judged_model import USE, V1, adopt, standard_text
from tests.modelward.conftest import Cli
from tests.submissions import replace_line, rows, write_rows
from tests.world import World

pytestmark = pytest.mark.usefixtures("prefect_server")

HELD_OUT = "data/held_out.parquet"
REFUSED = "command.refused"


def spoil_data(**columns: Any) -> Callable[[Path], object]:
    return lambda folder: write_rows(folder / HELD_OUT, {**rows(), **columns})


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def say_model(name: str) -> Callable[[Path], object]:
    return lambda folder: replace_line(folder / "model.yaml", "model:", f'model: "{name}"')


SUBMISSIONS: Mapping[str, tuple[Callable[[Path], object], str, str]] = {
    "broken YAML": (
        write("model.yaml", "owner: [olga\nname: x\n"),
        "model.yaml:2: not YAML",
        "correct the quotes, colons",
    ),
    "no YAML at all": (lambda f: (f / "tests.yaml").unlink(), "tests.yaml: file not found", "modelward init"),
    "no documents": (lambda f: shutil.rmtree(f / "docs"), "docs/ has no section", "one Markdown file for each"),
    "an empty document": (
        write("docs/data.md", "# Data\n"),
        "docs/data.md: the section has no text",
        "write the section",
    ),
    "a name with a slash too many": (
        say_model("ops/late/two"),
        "model.yaml:4: 'ops/late' is not a valid",
        "with exactly one slash",
    ),
    "a name with a quote": (say_model("ops/la'te"), 'model.yaml:4: "la\'te" is not a valid', "use a–z, 0–9"),
    "a Parquet without the score": (
        spoil_data(score=None),
        f"{HELD_OUT}: column score is missing",
        f"write {HELD_OUT}",
    ),
    "a feature of another type": (
        spoil_data(temp=["warm"] * 600),
        "temp has type string → write a num",
        "model.yaml",
    ),
    "NaN scores": (
        spoil_data(score=np.full(600, np.nan)),
        "score is NaN in 600 of 600 rows",
        f"write {HELD_OUT} again",
    ),
    "duplicate prediction ids": (spoil_data(prediction_id=["a"] * 600), "repeats in 599 of 600 rows", "write data/"),
    "a dataset that is no Parquet": (write(HELD_OUT, "id,score\n"), f"{HELD_OUT}: not readable as Parq", "write data/"),
}

OF_EACH_STEP = {"broken YAML", "no documents", "a Parquet without the score"}
"""One submission that is refused at each step: as files, as a submission, by its data."""


def some(cases: Mapping[str, tuple[Any, ...]]) -> list[Any]:
    """Return the cases as parameters of a test; those that are not of `OF_EACH_STEP` run in `make soak`."""
    marks = {True: (), False: (pytest.mark.long,)}
    return [pytest.param(*case, id=name, marks=marks[name in OF_EACH_STEP]) for name, case in cases.items()]


@pytest.mark.parametrize(("spoil", "what", "remedy"), some(SUBMISSIONS))
def test_an_invalid_submission_is_refused_with_a_remedy_and_recorded(
    world: World, cli: Cli, folder: Path, spoil: Callable[[Path], object], what: str, remedy: str
) -> None:
    spoil(folder)
    with check_atomicity(world, cli, REFUSED):
        result = cli("register", folder, "--by", "dev", "--as-of", world.now.isoformat())
        has_one_error(result, 2, what, remedy)
    event = world.events()[-1]
    assert (event["data"]["attempted"], event["actor"]["id"]) == ("register model", "dev")
    assert what in event["data"]["reason"]


DOCUMENTS: Mapping[str, tuple[str, str, str, ReviewState]] = {
    "a stale document": ("data", "the section data is stale", "revise the section data", ReviewState.REJECTED),
    "a missing document": ("use", "unproven, the section use", "write the section use", ReviewState.ASSESSED),
}


@pytest.mark.parametrize(("section", "what", "remedy", "left"), DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.long
def test_a_version_with_a_stale_or_missing_document_does_not_clear_its_gates(
    world: World, cli: Cli, folder: Path, section: str, what: str, remedy: str, left: ReviewState
) -> None:
    """Check a second version with other data and the unchanged document that the standard requires."""
    texts = {"title": "a title", "source": "SR 11-7", "authority": "house policy", "rationale": "a reason"}
    control = {"id": "DOC-1", "gate": "documentation", "stages": ["assess"], "parameters": {"sections": [section]}}
    adopt(world, standard_text(controls=[{**control, **texts}]))
    at = ("--by", "dev", "--as-of", world.now.isoformat())
    assert cli("register", folder, *at).code == 0
    replace_line(folder / "version.yaml", "change_class:", "change_class: material")
    write_rows(folder / "data" / "training.parquet", rows(seed=3))
    assert cli("register", folder, *at).code == 0
    judged = ("evidence.recorded", "evidence.recorded", "version.assessed")
    rejected = ("version.rejected",) if left is ReviewState.REJECTED else ()
    with check_atomicity(world, cli, *judged, *rejected):
        has_one_error(cli("validate", "late/2", *at), 1, f"DOC-1 (documentation, section {section}): {what}", remedy)
    assert world.get(Version, "models/ops/late/versions/2").review_state is left


@contextmanager
def changed(path: Path) -> Iterator[None]:
    """Change the last byte of a file while the block runs."""
    former = path.read_bytes()
    path.write_bytes(former[:-1] + b"!")
    yield
    path.write_bytes(former)


def test_an_artifact_changed_on_disk_is_not_deployed_and_no_approval_is_requested(validated: World, cli: Cli) -> None:
    digest = validated.get(Version, V1).artifact.digest
    with check_atomicity(validated, cli, "verdicts.recorded", REFUSED), changed(validated.artifacts.path(digest)):
        result = cli("deploy", "delay/1", "--use", USE, "--as-of", validated.now.isoformat())
        has_one_error(result, 3, f"no longer holds the bytes of {digest}", "restore the registered bytes from backup")
    event = validated.events()[-1]
    assert (event["subject"], event["data"]["code"], event["actor"]["id"]) == (V1, "digest mismatch", "dev")


def test_a_packed_submission_changed_in_the_inbox_is_not_measured(judged: World, cli: Cli) -> None:
    digest = judged.get(Version, V1).submission_digest
    with check_atomicity(judged, cli, REFUSED), changed(ArtifactStore(judged.home.inbox).path(digest)):
        result = cli("validate", "delay/1", "--as-of", judged.now.isoformat())
        has_one_error(result, 3, f"no longer holds the bytes of {digest}", "restore the registered bytes from backup")
    event = judged.events()[-1]
    assert (event["subject"], event["data"]["attempted"]) == (V1, "validate model")
    assert judged.get(Version, V1).review_state is ReviewState.REGISTERED


NAMES: Mapping[str, tuple[str, str, str]] = {
    "a slash too many": ("ops/delay/one/two", "'ops/delay/one' is not a valid team", "with exactly one slash"),
    "a quote": ("ops/d'elay", '"d\'elay" is not a valid model name', "use a–z, 0–9"),
    "a control sequence": ("\x1b[2J", "'\\x1b[2J' is not a valid model name", "use a–z, 0–9"),
    "an unknown model": ("ops/moon", "there is no model ops/moon", "modelward inventory"),
}


@pytest.mark.parametrize(("name", "what", "remedy"), NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("command", [("show",), ("history",), ("validate",), ("rollback", "--reason", "it drifts")])
def test_a_command_with_an_invalid_or_unknown_model_name_is_refused(
    world: World, cli: Cli, command: tuple[str, ...], name: str, what: str, remedy: str
) -> None:
    with check_atomicity(world, cli):
        has_one_error(cli(command[0], name, *command[1:]), 2, what, remedy)


UNKNOWN = {
    "registers a version": ("register", "{folder}"),
    "declares a consumer": ("consumers", "add", "delay", "crews", "--owner", "olga", "--contact", "crews@example.org"),
    "adds a person, with a code": ("people", "add", "friend", "--name", "Friend", "--code-from-stdin"),
}


@pytest.mark.parametrize("command", UNKNOWN.values(), ids=UNKNOWN)
def test_a_command_by_an_unknown_person_is_refused_and_recorded(
    world: World, cli: Cli, folder: Path, command: tuple[str, ...]
) -> None:
    world.model()
    with check_atomicity(world, cli, REFUSED):
        given = [part.format(folder=folder) for part in command]
        result = cli(*given, "--by", "nobody", "--as-of", world.now.isoformat(), typed="123456\n")
        has_one_error(result, 1, "nobody is not an active person on the roster", "modelward people list")
    assert world.events()[-1]["subject"] == "people/nobody"


def test_a_command_by_a_revoked_person_is_refused_and_recorded(world: World, cli: Cli) -> None:
    code = ("--by", "adam", "--code-from-stdin", "--as-of")
    typed = world.code("adam") + "\n"
    assert cli("people", "revoke", "otto", "--reason", "left", *code, world.now.isoformat(), typed=typed).code == 0
    with check_atomicity(world, cli, REFUSED):
        has_one_error(
            cli("reconcile", "--by", "otto"), 1, "otto is not an active person on the roster", "modelward people list"
        )
