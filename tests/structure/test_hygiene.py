"""The repository contains no hosts, machine paths, second lock files or large files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Composed of parts, so that this file does not contain the patterns that it searches for.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
PLACES = ["/".join(parts) for parts in (("", "work", ""), ("", "root", ""), ("", "opt", "pypi"), ("..", "shared"))]
HOST = "|".join(map(re.escape, HOSTS))
PLACE = rf"(?<![\w.}})])(?:{'|'.join(map(re.escape, PLACES))})"
FORBIDDEN = {
    "a package registry's host: the installer of each machine knows its own": HOST,
    "a path of one machine: name it from the repository or MODELWARD_HOME": PLACE,
}


@pytest.fixture(scope="session")
def texts(files: tuple[Path, ...], root: Path) -> dict[Path, str]:
    """Every text file of the repository."""
    contents = {path: (root / path).read_bytes() for path in files}
    return {path: data.decode("utf-8") for path, data in contents.items() if b"\0" not in data}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_repository_does_not_contain(what: str, texts: dict[Path, str]) -> None:
    found = {str(path): match[0] for path, text in texts.items() if (match := re.search(FORBIDDEN[what], text))}
    assert not found


def test_a_machine_path_is_distinguished_from_a_relative_one() -> None:
    assert re.search(PLACE, "cd " + PLACES[0] + "main")
    assert not re.search(PLACE, "docs" + PLACES[0] + "layout.md")


def test_there_is_one_lock_file(root: Path) -> None:
    second = [name for name in ("uv.lock", "pylock.toml", "poetry.lock", "requirements.txt") if (root / name).exists()]
    assert not second, "delete the second lock file: constraints.txt is the lock"


def test_the_lock_has_hashes_and_no_host(root: Path) -> None:
    lock = (root / "constraints.txt").read_text(encoding="utf-8")
    requirements = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert "://" not in lock
    assert not re.search(r"^\s*--(?!hash=sha256:)", lock, re.MULTILINE), "run `make lock`, which writes no options"
    assert len(requirements) > 100
    assert [block.split()[0] for block in requirements if "--hash=sha256:" not in block] == []


def test_no_file_is_large(files: tuple[Path, ...], root: Path) -> None:
    heavy = [str(path) for path in files if (root / path).stat().st_size > 3 * 2**20]
    assert not heavy, "a file is larger than 3 MB: derive it at run time, or keep only the columns that are used"
