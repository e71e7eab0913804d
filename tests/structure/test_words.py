"""What people read contains no private words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.structure.private_words import places, words_in
from tests.structure.source_trees import Trees

# Texts of released versions: registries that adopted one recorded its digest, so its words cannot change.
RELEASED = Path("gates/standards/earlier")
# These files quote the words that they search for.
QUOTING = ("tests", "structure")
READ = {".py", ".md", ".html", ".j2", ".css", ".yaml", ".toml", ".json", ".sql"}
SCRIPTS = (Path("Makefile"), Path(".ci/run"))


@pytest.fixture(scope="session")
def read(files: tuple[Path, ...], layers: tuple[str, ...]) -> list[Path]:
    """Every file that people read: the layers, the documents, the tests and the files of the root."""
    kept = [path for path in files if (path.suffix in READ or path in SCRIPTS) and path.parent != RELEASED]
    folders = (*layers, "docs", "benchmarks", "tests", ".ci")
    ours = [path for path in kept if len(path.parts) == 1 or (path.parts[0] in folders and path.parts[:2] != QUOTING)]
    # The JSON of the tests is stored data: exports that a verifier must still accept.
    return [path for path in ours if path.suffix != ".json" or path.parts[0] != "tests"]


def test_no_private_word_is_used(read: list[Path], root: Path, parsed: Trees) -> None:
    found = [f"{path}:{line} {word}" for path in read for line, word in places(root / path, parsed.get(path))]
    assert not found, "tests/structure/private_words.py says what to write instead"


CASES = {
    "a metaphor": ("The house is furnished.", ["house", "furnished"]),
    "a phrase over two lines": ("what was done in\n    haste", ["in haste"]),
    "a phrase with words between": ("put what it names right, or end", ["put what it names right"]),
    "a right that corrects nothing": ("put it in the right place", []),
    "an end and a shortage": ("the code runs out; the disk runs out of space", ["runs out"]),
    "a name that a decision quotes": ("`told` is not allowed", []),
    "a word inside another one": ("warehouse, whomever, breakfast, glanced", []),
    "an authority that is stored": ("authority: house policy", []),
    "plain English": ("The supervisor starts the server.", []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_private_words_are_found(case: tuple[str, list[str]]) -> None:
    assert words_in(case[0]) == case[1]


def test_strings_docstrings_comments_and_paragraphs_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Anew."""\nx = f"{1} torn"  # milder\nhouse = 1\n', encoding="utf-8")
    (tmp_path / "a.md").write_text("# One\n\nDone in\nhaste.\n", encoding="utf-8")
    assert Counter(places(tmp_path / "a.py")) == Counter([(1, "anew"), (2, "torn"), (2, "milder")])
    assert places(tmp_path / "a.md") == [(3, "in haste")]
