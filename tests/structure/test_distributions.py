"""The installed package: what it declares and contains, and that no other distribution has its generic names."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.structure.source_trees import Trees


@pytest.fixture(scope="module")
def owners() -> dict[str, set[str]]:
    """Return, for each importable top-level name, the distributions that install it."""
    return {name: {normal(owner) for owner in found} for name, found in packages_distributions().items()}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    """The `[project]` table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def normal(requirement: str) -> str:
    """Return the package name of a requirement, normalised as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def test_no_other_distribution_installs_the_names_of_the_layers(
    owners: dict[str, set[str]], layers: tuple[str, ...]
) -> None:
    others = {layer: owners.get(layer, set()) - {"modelward"} for layer in layers}
    assert not any(others.values()), (
        f"uninstall these distributions: their packages would be imported instead of ours: {others}"
    )


def imported_names(trees: Trees) -> dict[str, Path]:
    """Return every top-level name that the layers import, with one file that imports it."""
    found: dict[str, Path] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update({alias.name.split(".")[0]: path for alias in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module:
                found[node.module.split(".")[0]] = path
    return found


def test_every_imported_package_is_declared(
    trees: Trees, layers: tuple[str, ...], owners: dict[str, set[str]], project: dict[str, Any]
) -> None:
    declared = {normal(each) for each in project["dependencies"] + project["optional-dependencies"]["demo"]}
    known = {*layers, *sys.stdlib_module_names}
    foreign = {name: path for name, path in imported_names(trees).items() if name not in known}
    undeclared = {name: str(path) for name, path in foreign.items() if not owners.get(name, {name}) & declared}
    assert not undeclared, "add the package to dependencies in pyproject.toml and run `make lock`"


def test_the_wheel_contains_every_file_of_the_layers(
    root: Path, files: tuple[Path, ...], layers: tuple[str, ...], tmp_path: Path
) -> None:
    (wheel,) = WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"])
    carried = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.as_posix() for path in files if path.parts[0] in layers}
    assert ours <= carried, "add the missing files to the wheel in pyproject.toml: they are read at run time"


def test_the_wheel_cannot_be_published(project: dict[str, Any]) -> None:
    assert "Private :: Do Not Upload" in project["classifiers"], (
        "restore the classifier: the package names are too generic for a public index"
    )


def test_the_lock_names_every_dependency(root: Path, project: dict[str, Any]) -> None:
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    declared = {normal(each) for each in [*project["dependencies"], *extras]}
    locked = re.findall(r"^([a-z0-9-]+)==", (root / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared <= set(locked), "run `make lock`"
