"""The text of a section is found by its digest: in the artifact store, or in the packed submission."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from data.files.artifacts import ArtifactStore
from data.queries.section_texts import LONGEST, section_texts
from data.records.version import Section, Version
from tests.world import World

GONE = "sha256:" + "0" * 64


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "store")


@pytest.fixture
def inbox(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "inbox")


@pytest.fixture
def version(world: World) -> Version:
    return world.get(Version, world.version())


@pytest.fixture
def section(world: World, version: Version) -> Section:
    return next(one for one in world.find(Section) if one.version == version.key)


def read(store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section) -> str | None:
    return section_texts(store, inbox, version, [section])[section.name]


def packed(*files: tuple[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:") as tar:
        tar.addfile(folder := tarfile.TarInfo("docs"))
        folder.type = tarfile.DIRTYPE
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def test_a_kept_text_is_shown_without_its_front_matter(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section
) -> None:
    digest = store.put(b"---\nname: purpose\n---\nWhat it is for.\n")
    assert read(store, inbox, version, section.changed(text_digest=digest)) == "What it is for.\n"


def test_a_long_text_is_cut_with_the_number_of_characters_left_out(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section
) -> None:
    shown = read(store, inbox, version, section.changed(text_digest=store.put(b"a" * (LONGEST + 1_234))))
    assert shown is not None
    assert shown.endswith("a\n\n(characters not shown: 1,234; the whole text is in the submission)")


def test_a_text_that_is_only_in_the_submission_is_found_by_its_digest(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section
) -> None:
    digest = ArtifactStore(store.root / "elsewhere").put(b"as packed")
    submission = inbox.put(packed(("docs/a.md", b"other"), ("docs/b.md", b"as packed"), ("data/c.md", b"as packed")))
    packed_version = version.changed(submission_digest=submission)
    assert read(store, inbox, packed_version, section.changed(text_digest=digest)) == "as packed"


@pytest.mark.parametrize("submission", ["", GONE, b"no archive"], ids=["none", "gone", "no archive"])
def test_a_text_whose_bytes_are_missing_is_none(
    submission: str | bytes, store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section
) -> None:
    digest = inbox.put(submission) if isinstance(submission, bytes) else submission
    packed_version = version.changed(submission_digest=digest)
    assert read(store, inbox, packed_version, section.changed(text_digest=GONE)) is None


def test_bytes_that_are_not_utf_8_give_none(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, section: Section
) -> None:
    assert read(store, inbox, version, section.changed(text_digest=store.put(b"\xff\xfe"))) is None
