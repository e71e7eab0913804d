"""Every link, path and test name in the documents exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([a-z_]+(?:/[a-z0-9_.<>*-]+)+/?)`")
TEST = re.compile(r"def (test_\w+)")
NAMED_TEST = re.compile(r"`(test_\w+(?:\.py)?)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Folders of a submission that have the name of a layer.
ELSEWHERE = {"data/training.parquet", "data/held_out.parquet"}


@pytest.fixture(scope="session")
def documents(files: tuple[Path, ...], root: Path) -> dict[Path, str]:
    """The text of each Markdown file for readers of the project, by its path from the root."""
    read = [path for path in files if path.suffix == ".md" and path.parts[0] not in ("tests", "modelward")]
    return {path: (root / path).read_text(encoding="utf-8") for path in read}


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings."""
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in plain}


def test_every_link_has_a_target(documents: dict[Path, str], root: Path) -> None:
    broken = []
    for path, text in documents.items():
        for link in LINK.findall(text):
            if "://" in link or link.startswith("mailto:"):
                continue
            name, _, anchor = link.partition("#")
            target = (root / path.parent / name) if name else root / path
            if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
                broken.append(f"{path}: {link}")
    assert not broken, "correct the link: its target does not exist"


def test_every_path_in_a_document_exists(documents: dict[Path, str], root: Path, layers: tuple[str, ...]) -> None:
    known = (*(f"{layer}/" for layer in layers), "tests/", "benchmarks/", "docs/adr")
    missing = [
        f"{path}: {name}"
        for path, text in documents.items()
        for name in CODE.findall(text)
        if name.startswith(known) and name not in ELSEWHERE and "<" not in name and not any(root.glob(name.rstrip("/")))
    ]
    assert not missing, "correct the path: the file does not exist"


def test_the_links_of_a_page_are_found() -> None:
    assert LINK.findall("see [a](b.md#c-d) and ![d](e.png)") == ["b.md#c-d", "e.png"]
    assert anchors("# A `b`, c\n\n## 0001 · D") == {"a-b-c", "0001--d"}


def test_every_test_name_in_a_document_exists(documents: dict[Path, str], files: tuple[Path, ...], root: Path) -> None:
    tests = [path for path in files if path.parts[0] == "tests" and path.suffix == ".py"]
    defined = {name for path in tests for name in TEST.findall((root / path).read_text(encoding="utf-8"))}
    defined |= {path.stem for path in tests}
    missing = [f"{path}: {name}" for path, text in documents.items() for name in NAMED_TEST.findall(text)]
    missing = [entry for entry in missing if entry.split(": ")[1].removesuffix(".py") not in defined]
    assert not missing, "write the present name of the test"


def test_the_glossary_is_in_alphabetical_order(documents: dict[Path, str]) -> None:
    for section in documents[Path("docs/GLOSSARY.md")].split("\n## ")[1:]:
        terms = [term.casefold() for term in re.findall(r"^\*\*([^*]+)\*\*", section, re.MULTILINE)]
        assert terms == sorted(terms)
