"""Names fit the layer (verb and noun in flows and tasks, nouns below), and every module has its test."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.structure.bound_names import Bound, bound
from tests.structure.private_words import STORED_NAMES, words_in
from tests.structure.source_trees import Trees

VERB_NOUN = re.compile(r"[a-z]+(_[a-z]+)+")
# A file with such a name collects functions that belong to different subjects.
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "processor"}
MIRRORED = ("views", "gates", "monitoring", "data")
# Participles that do not say what the value is, alone or as a part of a name: `requested_by` says more than `asked_by`.
NAMES_OF_NOTHING = {"told", "said", "asked", "wanted"}
# A pronoun, which is clear only in a comprehension or a lambda.
PRONOUN = "one"
# A class or an alias of a type: `ModelKey`, but neither the constant `MODEL_KEY` nor the type variable `T`.
TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


def is_marker(path: Path, tree: ast.Module) -> bool:
    """Return True for an `__init__.py` that contains only a docstring."""
    return path.name == "__init__.py" and all(isinstance(node, ast.Expr) for node in tree.body)


def test_every_layer_and_folder_in_it_is_a_package(trees: Trees, root: Path) -> None:
    bare = {str(path.parent) for path in trees if not (root / path).with_name("__init__.py").is_file()}
    assert not bare, (
        "add an __init__.py with a docstring: without it an installed package of that name is imported instead"
    )


def test_the_init_of_a_layer_contains_only_a_docstring(trees: Trees, layers: tuple[str, ...]) -> None:
    full = [layer for layer in layers if not is_marker(Path(layer, "__init__.py"), trees[Path(layer, "__init__.py")])]
    assert not full, "keep only the docstring in the __init__.py of the layer"


def test_no_folder_of_tests_is_a_package(root: Path) -> None:
    packages = [str(path.relative_to(root)) for path in (root / "tests").rglob("__init__.py")]
    assert not packages, "delete it: tests/gates/__init__.py would be imported instead of gates"


def test_flows_and_tasks_are_named_verb_noun(trees: Trees) -> None:
    above = [path for path in trees if path.parts[0] in ("flows", "tasks") and path.name != "__init__.py"]
    wrong = [str(path) for path in above if not VERB_NOUN.fullmatch(path.stem)]
    assert not wrong, "name the file with a verb and a noun: retire_model.py, record_verdicts.py"


def test_no_flow_or_task_takes_the_name_of_another_module(trees: Trees, layers: tuple[str, ...]) -> None:
    taken = set(sys.stdlib_module_names) | set(layers)
    wrong = [str(path) for path in trees if path.parts[0] in ("flows", "tasks") and path.stem in taken]
    assert not wrong, (
        "rename the file: Prefect puts flows/ first on the path, so it would be imported instead of that module"
    )


def test_no_file_has_a_name_without_meaning(trees: Trees) -> None:
    wrong = [str(path) for path in trees if NAMELESS & set(path.stem.split("_")) or NAMELESS & set(path.parts)]
    assert not wrong, "name the file after the subject of its functions"


def mirror(path: Path, siblings: list[str], faces: set[Path]) -> list[Path]:
    """Return the paths allowed for a module's test: the same folder of tests, or its layer's if the name is unique.

    A package in `faces` (its `__init__.py` exports names) is tested through these, in one file.
    """
    if path.parent in faces:
        return [Path("tests", *path.parent.parts[:-1], f"test_{path.parent.name}.py")]
    same_folder, under_layer = Path("tests", *path.parts[:-1]), Path("tests", path.parts[0])
    folders = [same_folder, under_layer] if siblings.count(path.stem) == 1 else [same_folder]
    return [folder / f"test_{path.stem}.py" for folder in folders]


def test_every_module_below_the_tasks_has_a_test_file(trees: Trees, root: Path) -> None:
    modules = [path for path, tree in trees.items() if path.parts[0] in MIRRORED and not is_marker(path, tree)]
    stems = {layer: [path.stem for path in modules if path.parts[0] == layer] for layer in MIRRORED}
    faces = {path.parent for path in modules if path.name == "__init__.py"}
    places = {str(path): mirror(path, stems[path.parts[0]], faces) for path in modules}
    alone = [f"{path}: write {at[0]}" for path, at in places.items() if not any((root / test).is_file() for test in at)]
    assert not alone, "add the test file of the module under the same name"


def parts_of(name: str) -> list[str]:
    """Return the words of a name in lower case: `shelf`, `entry` for `ShelfEntry`, `shelf_entry` and `SHELF_ENTRY`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


@cache
def says_nothing(name: str) -> bool:
    """Return True for a name with a part that does not say what it is. The name of a test is a sentence."""
    is_exempt = name in STORED_NAMES or name.startswith("test_")
    return not is_exempt and bool(NAMES_OF_NOTHING & set(parts_of(name)))


@pytest.fixture(scope="module")
def names(parsed: Trees) -> dict[Path, list[Bound]]:
    """The names that each file binds, by its path from the root."""
    return {path: list(bound(tree)) for path, tree in parsed.items()}


def wrong_names(names: Iterable[Bound]) -> list[str]:
    """Return line and name of each value, parameter, attribute and function whose name does not say what it is."""
    named = [(found.name.strip("_"), found) for found in names]
    return [
        f"{found.line} {name}"
        for name, found in named
        if says_nothing(name) or (name.lower() == PRONOUN and not found.passing)
    ]


def wrong_template_names(text: str) -> list[str]:
    """Return line and name of each value or parameter of a template that does not say what it is."""
    names = Environment(autoescape=True).parse(text).find_all(nodes.Name)
    return [f"{name.lineno} {name.name}" for name in names if name.ctx != "load" and says_nothing(name.name)]


def test_a_name_says_what_the_value_is(names: dict[Path, list[Bound]], files: tuple[Path, ...], root: Path) -> None:
    templates = {path: (root / path).read_text(encoding="utf-8") for path in files if path.suffix == ".j2"}
    wrong = [f"{path}:{name}" for path, found in names.items() for name in wrong_names(found)]
    wrong += [f"{path}:{name}" for path, text in templates.items() for name in wrong_template_names(text)]
    assert not wrong, "name what the value is: notices, reasons, the alert of `for alert in alerts`"


CASES = {
    "a value": ("told = 1", ["1 told"]),
    "a parameter": ("def f(said: int) -> None: ...", ["1 said"]),
    "an attribute": ("self.asked = 1", ["1 asked"]),
    "a field and a function": ("class A:\n wanted: int\n def _told(self): ...", ["2 wanted", "3 told"]),
    "a loop": ("for one in many: ...", ["1 one"]),
    "a parameter called one": ("def f(one: int) -> None: ...", ["1 one"]),
    "a comprehension and a lambda": ("f(x for one in y)\nsorted(y, key=lambda one: one.key)", []),
    "a constant": ("TOLD = ONE = 1", ["1 ONE", "1 TOLD"]),
    "a part of a longer name": ("def told_of(page_wanted): ...", ["1 page_wanted", "1 told_of"]),
    "a part in a class and in capitals": ("ASKED_AT = 1\nclass LastAsked: ...", ["1 ASKED_AT", "2 LastAsked"]),
    "a private name": ("def _asked_by(was_asked): ...", ["1 asked_by", "1 was_asked"]),
    "a longer name that says it": ("requested_at = one_more = masked = unsaid = 1", []),
    "a test": ("def test_nothing_is_said(): ...", []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_wrong_names_are_found(case: tuple[str, list[str]]) -> None:
    assert sorted(wrong_names(bound(ast.parse(case[0])))) == case[1]


def test_wrong_names_of_a_template_are_found() -> None:
    text = "{% macro row(said) %}{{ told }}{% endmacro %}\n{% for asked in many %}{% set WANTED = 1 %}{% endfor %}"
    assert sorted(wrong_template_names(text)) == ["1 said", "2 WANTED", "2 asked"]


def private_names(names: Iterable[Bound]) -> list[str]:
    """Return line and name of each name that contains a private word or phrase, such as `ShelfEntry` or `by_heart`."""
    return [f"{found.line} {found.name}" for found in names if is_private(found.name)]


@cache
def is_private(name: str) -> bool:
    """Return True for a name that reads as a private word or phrase and is not stored."""
    return name not in STORED_NAMES and bool(words_in(" ".join(parts_of(name))))


def test_no_name_contains_a_private_word(names: dict[Path, list[Bound]]) -> None:
    private = [f"{path}:{name}" for path, found in names.items() for name in private_names(found)]
    assert not private, "use the term of the field: docs/GLOSSARY.md"


def test_private_names_are_found() -> None:
    tree = ast.parse("house_in_use = warehouse = by_heart = 1\nclass ShelfEntry:\n apart_from_validator: bool\n")
    assert private_names(bound(tree)) == ["1 house_in_use", "1 by_heart", "2 ShelfEntry"]


def public_types(tree: ast.Module) -> list[tuple[str, int]]:
    """Return name and line of each public class, and of each type that a statement of the module names.

    `Days = Mapping[str, int]` and `Key = NewType("Key", str)` are such statements; a single letter is a type variable.
    """
    found = [(node.name, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for statement in tree.body:
        inside = [statement, *(statement.body if isinstance(statement, ast.If) else [])]
        targets = [at for node in inside for at in assigned(node) if TYPE_NAME.fullmatch(at.id)]
        found += [(target.id, target.lineno) for target in targets]
    return [(name, line) for name, line in found if not name.startswith("_")]


def assigned(node: ast.stmt) -> list[ast.Name]:
    """Return the names that a statement assigns to, without attributes and parts of a tuple."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def test_a_public_type_name_has_one_meaning(parsed: Trees) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in parsed.items():
        for name, line in public_types(tree):
            places[name].append(f"{path}:{line}")
    doubled = {name: lines for name, lines in places.items() if len(lines) > 1}
    assert not doubled, "rename one of the types: use a term of the field, or add its subject"


TYPES = {
    "a class, also inside a function": ("class A: ...\ndef f():\n class Found: ...", ["A", "Found"]),
    "an alias": ("Days = Mapping[str, int]", ["Days"]),
    "an annotated alias": ("Days: TypeAlias = int", ["Days"]),
    "a new type and a type variable": (
        "Key = NewType('Key', str)\nT = TypeVar('T')\nRow_co = TypeVar('Row_co')",
        ["Key"],
    ),
    "an alias for the type checker": ("if TYPE_CHECKING:\n Days = int", ["Days"]),
    "a constant and a private name": ("MOST_DAYS = 3\n_Days = int\nclass _A: ...", []),
    "a local value": ("def f():\n Days = int", []),
}


@pytest.mark.parametrize("case", TYPES.values(), ids=TYPES.keys())
def test_public_types_are_found(case: tuple[str, list[str]]) -> None:
    assert [name for name, _ in public_types(ast.parse(case[0]))] == case[1]
