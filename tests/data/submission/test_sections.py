"""A section is stale only when what it describes changed; one that was not rewritten is carried forward."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.records.version import Dataset, Section
from data.registry.commands.version import SubmittedSection
from data.submission.documents import Document
from data.submission.folder import Submission, read_submission
from data.submission.provenance import Provenance
from data.submission.sections import described_things, foreseen, submitted_sections
from tests.submissions import replace_line, rows, write_filled, write_rows

PARENT = "models/ops/late/versions/1"


def document(text: str = "as it was", describes: str = "data") -> Document:
    return Document(name="data", text=text, words=3, describes=describes)


def registered(submitted: SubmittedSection, **changed: object) -> Section:
    return Section(key=f"{PARENT}/sections/data", **{"version": PARENT, **submitted.model_dump(), **changed})


def section(now: str, document: Document, *former: Section) -> SubmittedSection:
    return submitted_sections([document], {"data": now, "code": "c"}, former)[0]


def test_a_new_section_describes_what_is_there_now() -> None:
    found = section("d1", document())
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d1", "d1", None)


def test_an_unchanged_section_still_describes_what_it_described() -> None:
    former = registered(section("d1", document()))
    found = section("d2", document(), former)
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d1", "d2", PARENT)
    again = registered(found, version="models/ops/late/versions/2")
    assert section("d3", document(), again).described_digest == "d1", "carried over several versions"


def test_a_rewritten_section_describes_what_is_there_now() -> None:
    former = registered(section("d1", document()))
    found = section("d2", document("as it is"), former)
    assert (found.described_digest, found.carried_from) == ("d2", None)


def test_a_section_said_to_describe_something_else_is_not_carried() -> None:
    former = registered(section("d1", document()))
    assert section("d2", document(describes="code"), former).described_digest == "c"


def retrained(text: str, *former: Section) -> SubmittedSection:
    return submitted_sections([document(text)], {"data": "d2"}, former, frozenset({"data"}))[0]


def test_what_may_change_is_still_described_by_the_section_that_described_it() -> None:
    former = registered(section("d1", document()))
    found = retrained("as it was", former)
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d2", "d2", PARENT)
    assert retrained("as it is", former).carried_from is None
    assert retrained("as it was").described_digest == "d2"


def test_a_section_that_was_stale_stays_stale_whatever_may_change() -> None:
    stale = registered(section("d1", document()), current_digest="d1b")
    assert retrained("as it was", stale).described_digest == "d1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_filled(tmp_path_factory.mktemp("sections") / "submission")


def read(folder: Path, **provenance: str) -> Submission:
    return read_submission(folder, "", Provenance(**provenance))


def test_each_change_touches_only_the_thing_it_changes(folder: Path) -> None:
    things = described_things(read(folder))
    assert (things["performance"], things["nothing"]) == (None, None)

    def changed() -> set[str]:
        nonlocal things
        before, things = things, described_things(read(folder))
        return {name for name in things if things[name] != before[name]}

    (folder / "code" / "train.py").write_text("print('fit better')\n")
    assert changed() == {"code"}
    replace_line(folder / "model.yaml", "intended_uses:", "intended_uses: [rebooking]")
    assert changed() == {"purpose"}
    write_rows(folder / "data" / "training.parquet", rows(seed=9))
    assert changed() == {"data"}
    replace_line(folder / "model.yaml", '  - {name: "temp"', '  - {name: "temp", kind: numeric, source: weather}')
    assert changed() == {"features"}


def datasets(read: Submission, **changed: str) -> list[Dataset]:
    """The parent's datasets: those of this submission, with the types of some columns changed."""
    values = {"version": PARENT, "kind": "content", "identity": "i", "quality": "passed"}
    return [
        Dataset(
            key=f"{PARENT}/datasets/{role}", role=role, rows=facts.rows, columns={**facts.columns, **changed}, **values
        )
        for role, facts in read.datasets.items()
    ]


def test_new_rows_of_the_same_kind_are_foreseen_by_a_change_within_the_plan(folder: Path) -> None:
    assert foreseen(read(folder), datasets(read(folder))) == set(), "a new model"
    replace_line(folder / "version.yaml", "change_class:", "change_class: within plan")
    retrain = read(folder)
    assert foreseen(retrain, datasets(retrain)) == {"data"}
    assert foreseen(retrain, datasets(retrain, unmapped="int8")) == {"data"}
    assert foreseen(retrain, datasets(retrain, temp="string")) == set()
    assert foreseen(retrain, datasets(retrain)[:1]) == set()


def test_without_a_code_folder_the_commit_stands_for_the_code(folder: Path) -> None:
    (folder / "code" / "train.py").unlink()
    assert described_things(read(folder, commit="ab12"))["code"] == "ab12"
