"""Names show the layer: verbs above, nouns below; one concept a file, and its test where one looks for it."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

Trees = dict[Path, ast.Module]

VERB_NOUN = re.compile(r"[a-z]+(_[a-z]+)+")
# A file of such a name collects what has no name yet.
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "processor"}
MIRRORED = ("gates", "monitoring", "data")


def is_marker(path: Path, tree: ast.Module) -> bool:
    """True for an `__init__.py` that only says what its folder is."""
    return path.name == "__init__.py" and all(isinstance(node, ast.Expr) for node in tree.body)


def test_every_layer_and_folder_in_it_is_a_package(trees: Trees, root: Path) -> None:
    bare = {str(path.parent) for path in trees if not (root / path).with_name("__init__.py").is_file()}
    assert not bare, "add an __init__.py with a docstring: without one any installed package of that name wins"


def test_a_layer_imports_nothing_by_itself(trees: Trees, layers: tuple[str, ...]) -> None:
    full = [layer for layer in layers if not is_marker(Path(layer, "__init__.py"), trees[Path(layer, "__init__.py")])]
    assert not full, "keep only the docstring in the layer's __init__.py"


def test_no_folder_of_tests_is_a_package(root: Path) -> None:
    packages = [str(path.relative_to(root)) for path in (root / "tests").rglob("__init__.py")]
    assert not packages, "delete it: tests/gates/__init__.py would stand in front of gates"


def test_flows_and_tasks_are_named_verb_noun(trees: Trees) -> None:
    above = [path for path in trees if path.parts[0] in ("flows", "tasks") and path.name != "__init__.py"]
    wrong = [str(path) for path in above if not VERB_NOUN.fullmatch(path.stem)]
    assert not wrong, "name the file by what is done to what: retire_model.py, record_verdicts.py"


def test_no_flow_or_task_takes_the_name_of_another_module(trees: Trees, layers: tuple[str, ...]) -> None:
    taken = set(sys.stdlib_module_names) | set(layers)
    wrong = [str(path) for path in trees if path.parts[0] in ("flows", "tasks") and path.stem in taken]
    assert not wrong, "Prefect leaves flows/ first on the path, and this file would stand in front of that module"


def test_no_file_is_named_for_lack_of_a_name(trees: Trees) -> None:
    wrong = [str(path) for path in trees if NAMELESS & set(path.stem.split("_")) or NAMELESS & set(path.parts)]
    assert not wrong, "a function used twice has a concept: name the file after it"


def mirror(path: Path, siblings: list[str], faces: set[Path]) -> list[Path]:
    """Where the test of a module may stand: in the same folder of tests, or under its layer if the name is unique.

    A package that shows one face (`faces`: its `__init__.py` holds names) is tested through it, in one mirror.
    """
    if path.parent in faces:
        return [Path("tests", *path.parent.parts[:-1], f"test_{path.parent.name}.py")]
    same_folder, under_layer = Path("tests", *path.parts[:-1]), Path("tests", path.parts[0])
    folders = [same_folder, under_layer] if siblings.count(path.stem) == 1 else [same_folder]
    return [folder / f"test_{path.stem}.py" for folder in folders]


def test_every_module_below_the_tasks_has_its_mirror(trees: Trees, root: Path) -> None:
    modules = [path for path, tree in trees.items() if path.parts[0] in MIRRORED and not is_marker(path, tree)]
    stems = {layer: [path.stem for path in modules if path.parts[0] == layer] for layer in MIRRORED}
    faces = {path.parent for path in modules if path.name == "__init__.py"}
    wanted = {path: mirror(path, stems[path.parts[0]], faces) for path in modules}
    alone = [f"{path} (wants {at[0]})" for path, at in wanted.items() if not any((root / m).is_file() for m in at)]
    assert not alone, "write its test under the same name"
