"""Fixtures of the structure tests: the folders of the repository and the parsed source of their files."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.structure.source_trees import Trees

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("modelward", "flows", "tasks", "views", "gates", "monitoring", "data")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def layers() -> tuple[str, ...]:
    """The seven layers, from the command line down to the data."""
    return LAYERS


@pytest.fixture(scope="session")
def trees(parsed: Trees) -> Trees:
    """The syntax tree of each Python file of the layers, by its path from the root."""
    return {path: tree for path, tree in parsed.items() if path.parts[0] in LAYERS}


@pytest.fixture(scope="session")
def parsed(files: tuple[Path, ...]) -> Trees:
    """The syntax tree of every Python file, by its path from the root."""
    return {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in files if path.suffix == ".py"}


@pytest.fixture(scope="session")
def files() -> tuple[Path, ...]:
    """Every file that Git tracks or would add."""
    listing = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(Path(name) for name in sorted(names) if name and (ROOT / name).is_file())
