"""A section is stale only when the part that it describes changed; an unchanged section keeps its described part."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.records.version import Dataset, Section
from data.registry.commands.version import SubmittedSection
from data.submission.documents import Document
from data.submission.folder import Submission, read_submission
from data.submission.provenance import Provenance
from data.submission.sections import described_parts, planned_changes, submitted_sections
from tests.submissions import replace_line, rows, write_filled, write_rows

PARENT = "models/ops/late/versions/1"


def document(text: str = "as it was", describes: str = "data") -> Document:
    return Document(name="data", text=text, words=3, describes=describes)


def registered(submitted: SubmittedSection, **changed: object) -> Section:
    return Section(key=f"{PARENT}/sections/data", **{"version": PARENT, **submitted.model_dump(), **changed})


def section(now: str, document: Document, *former: Section) -> SubmittedSection:
    return submitted_sections([document], {"data": now, "code": "c"}, former)[0]


def test_a_new_section_describes_the_present_part() -> None:
    found = section("d1", document())
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d1", "d1", None)


def test_an_unchanged_section_describes_the_old_part() -> None:
    former = registered(section("d1", document()))
    found = section("d2", document(), former)
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d1", "d2", PARENT)
    again = registered(found, version="models/ops/late/versions/2")
    assert section("d3", document(), again).described_digest == "d1", "carried over several versions"


def test_a_rewritten_section_describes_the_present_part() -> None:
    former = registered(section("d1", document()))
    found = section("d2", document("as it is"), former)
    assert (found.described_digest, found.carried_from) == ("d2", None)


def test_a_section_with_another_described_part_counts_as_rewritten() -> None:
    former = registered(section("d1", document()))
    assert section("d2", document(describes="code"), former).described_digest == "c"


def retrained(text: str, *former: Section) -> SubmittedSection:
    return submitted_sections([document(text)], {"data": "d2"}, former, frozenset({"data"}))[0]


def test_a_part_that_may_change_keeps_its_section_current() -> None:
    former = registered(section("d1", document()))
    found = retrained("as it was", former)
    assert (found.described_digest, found.current_digest, found.carried_from) == ("d2", "d2", PARENT)
    assert retrained("as it is", former).carried_from is None
    assert retrained("as it was").described_digest == "d2"


def test_a_stale_section_stays_stale_even_if_its_part_may_change() -> None:
    stale = registered(section("d1", document()), current_digest="d1b")
    assert retrained("as it was", stale).described_digest == "d1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_filled(tmp_path_factory.mktemp("sections") / "submission")


def read(folder: Path, **provenance: str) -> Submission:
    return read_submission(folder, "", Provenance(**provenance))


def test_each_change_changes_only_the_digest_of_its_part(folder: Path) -> None:
    things = described_parts(read(folder))
    assert (things["performance"], things["nothing"]) == (None, None)

    def changed() -> set[str]:
        nonlocal things
        before, things = things, described_parts(read(folder))
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
    """Return the parent's datasets: those of this submission, with the types of some columns changed."""
    values = {"version": PARENT, "kind": "content", "identity": "i", "quality": "passed"}
    return [
        Dataset(
            key=f"{PARENT}/datasets/{role}", role=role, rows=facts.rows, columns={**facts.columns, **changed}, **values
        )
        for role, facts in read.datasets.items()
    ]


def test_within_the_plan_data_with_the_same_types_may_change(folder: Path) -> None:
    assert planned_changes(read(folder), datasets(read(folder))) == set(), "a new model"
    replace_line(folder / "version.yaml", "change_class:", "change_class: within plan")
    retrain = read(folder)
    assert planned_changes(retrain, datasets(retrain)) == {"data"}
    assert planned_changes(retrain, datasets(retrain, unmapped="int8")) == {"data"}
    assert planned_changes(retrain, datasets(retrain, temp="string")) == set()
    assert planned_changes(retrain, datasets(retrain)[:1]) == set()


def test_without_a_code_folder_the_commit_represents_the_code(folder: Path) -> None:
    (folder / "code" / "train.py").unlink()
    assert described_parts(read(folder, commit="ab12"))["code"] == "ab12"
