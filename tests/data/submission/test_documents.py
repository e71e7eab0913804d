"""docs/: the written sections, their number of words, and what each section describes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from data.errors import DocumentError, InputError, SubmissionError
from data.submission import documents
from data.submission.documents import Document, read_documents, read_text


def read(folder: Path, **sections: str) -> dict[str, Document]:
    (folder / "docs").mkdir()
    for name, text in sections.items():
        (folder / "docs" / f"{name}.md").write_text(text)
    return {one.name: one for one in read_documents(folder)}


def test_headings_comments_and_front_matter_are_not_counted(tmp_path: Path) -> None:
    text = (
        "---\ndescribes: code\n---\n# A title\n\nTwo words.\n<!-- not\nthese -->\n## Another\nand three more\n<!-- nor"
    )
    section = read(tmp_path, note=text)["note"]
    assert (section.words, section.describes) == (5, "code")
    assert section.digest == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_the_described_part_follows_from_the_name(tmp_path: Path) -> None:
    found = read(tmp_path, **dict.fromkeys(("purpose", "data", "method", "assumptions", "history"), "words"))
    assert {name: one.describes for name, one in found.items()} == {
        "purpose": "purpose",
        "data": "data",
        "method": "code",
        "assumptions": "features",
        "history": "nothing",
    }


CASES: dict[str, tuple[dict[str, str], type[InputError], str]] = {
    "no section": ({}, SubmissionError, "docs/ has no section"),
    "nothing below the heading": (
        {"data": "# Data\n\n<!-- what? -->\n"},
        DocumentError,
        "docs/data.md: the section has no text",
    ),
    "a generated section": ({"performance": "good"}, DocumentError, "docs/performance.md: this section is generated"),
    "a name that is none": ({"Data Sheet": "words"}, DocumentError, "docs/Data Sheet.md: 'Data Sheet' is not a valid"),
    "a thing that cannot be described": ({"data": "---\ndescribes: all\n---\nwords"}, DocumentError, "docs/data.md:2:"),
    "front matter about more": ({"data": "---\ndescribes: data\nby: me\n---\nwords"}, DocumentError, "docs/data.md:2:"),
    "broken front matter": ({"data": "---\ndescribes: [\n---\nwords"}, DocumentError, "docs/data.md:3: not YAML"),
    "two broken ones": (
        {"a": "", "b": ""},
        SubmissionError,
        "docs/a.md: the section has no text except headings, comments and invisible characters → write",
    ),
}


@pytest.mark.parametrize("sections, error, what", CASES.values(), ids=CASES)
def test_a_section_is_refused_with(
    tmp_path: Path, sections: dict[str, str], error: type[InputError], what: str
) -> None:
    with pytest.raises(error) as refused:
        read(tmp_path, **sections)
    assert what in refused.value.what


WRITTEN = {
    "with front matter": ("assumptions", "---\ndescribes: data\n---\n# Assumptions\n\nwords of it\n"),
    "that begins with its heading": ("data", "# Data\n\nwords\n"),
    "that begins with a comment": ("data", "<!-- not these -->\nwords\n"),
}


@pytest.mark.parametrize(("name", "text"), WRITTEN.values(), ids=WRITTEN)
def test_a_byte_order_mark_changes_nothing_in_a_section(tmp_path: Path, name: str, text: str) -> None:
    plain, marked = tmp_path / "plain", tmp_path / "marked"
    for folder in (plain, marked):
        folder.mkdir()
    assert read(marked, **{name: "\ufeff" + text}) == read(plain, **{name: text})


def test_invisible_characters_are_no_words(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"docs/data\.md: the section has no text"):
        read(tmp_path, data="# Data\n\n\ufeff \u200b \u2060\n")


def test_utf_16_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("words", "utf-16")
    with pytest.raises(DocumentError, match=r"docs/a\.md: UTF-16, not UTF-8"):
        read_text(tmp_path / "a.md", "docs/a.md")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_bytes(b"caf\xe9")
    with pytest.raises(DocumentError, match=r"docs/a\.md: not UTF-8 at byte 3"):
        read_text(tmp_path / "a.md", "docs/a.md")
    monkeypatch.setattr(documents, "LIMIT", 3)
    with pytest.raises(DocumentError, match="4 bytes; at most 3 are allowed"):
        read_text(tmp_path / "a.md", "docs/a.md", documents.LIMIT)


@pytest.mark.parametrize(("name", "meant"), [("limitation", "limitations"), ("methods", "method")])
def test_a_misspelt_section_is_refused_with_the_name_that_was_meant(tmp_path: Path, name: str, meant: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / f"{name}.md").write_text("It fails in storms.\n")
    with pytest.raises(DocumentError) as refused:
        read_documents(tmp_path)
    assert refused.value.what == f"docs/{name}.md: there is no section {name}"
    assert refused.value.remedy == f"did you mean {meant}? Rename the file"


def test_a_section_of_ones_own_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ethics.md").write_text("It fails in storms.\n")
    assert [one.name for one in read_documents(tmp_path)] == ["ethics"]
