"""Limits for every file: length of files and functions, exceptions raised, what is annotated and documented."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

from tests.structure.source_trees import Trees

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Built-in exceptions of Python's own protocols; every other error is a class of data/errors.py.
PROTOCOL_EXCEPTIONS = {"StopIteration", "NotImplementedError", "SystemExit"}
# Functions that must raise a built-in: pydantic converts it to a ValidationError, or attribute look-up requires it.
VALIDATORS = {"field_validator", "model_validator"}


def quantile(values: list[int], share: float) -> int:
    """Return the value below which this share of all values is."""
    return sorted(values)[round(share * (len(values) - 1))]


def functions(trees: Trees) -> Iterator[tuple[str, Function]]:
    """Yield every function with its file and line."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def length(function: Function) -> int:
    """Return the number of lines of a function without its docstring."""
    first, last = function.body[0], function.end_lineno or function.lineno
    docstring = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return last - function.lineno + 1 - docstring


def line_counts(trees: Trees, root: Path) -> dict[Path, int]:
    return {path: (root / path).read_text(encoding="utf-8").count("\n") for path in trees}


def test_no_file_is_longer_than_320_lines(trees: Trees, root: Path) -> None:
    long = {str(path): lines for path, lines in line_counts(trees, root).items() if lines > 320}
    assert not long, "split the file where a second concept begins"


def test_no_file_of_tests_is_longer_than_500_lines(files: tuple[Path, ...], root: Path) -> None:
    tests = [path for path in files if path.parts[0] == "tests" and path.suffix == ".py"]
    long = {str(path): n for path in tests if (n := (root / path).read_text(encoding="utf-8").count("\n")) > 500}
    assert not long, "split the file where a second concept begins"


def test_files_are_short_on_the_whole(trees: Trees, root: Path) -> None:
    counts = list(line_counts(trees, root).values())
    assert quantile(counts, 0.5) <= 120, "half of the files should have at most 120 lines: split by concept"
    assert quantile(counts, 0.95) <= 300, "19 of 20 files should have at most 300 lines: split by concept"


def test_no_function_is_longer_than_40_lines(trees: Trees) -> None:
    long = {place: length(node) for place, node in functions(trees) if length(node) > 40}
    assert not long, "move a part of the function to a new function"


def test_functions_are_short_on_the_whole(trees: Trees) -> None:
    lengths = [length(node) for _, node in functions(trees)]
    assert quantile(lengths, 0.5) <= 8, "half of the functions should have at most 8 lines without their docstring"
    assert quantile(lengths, 0.95) <= 30, "19 of 20 functions should have at most 30 lines without their docstring"


def unannotated(function: Function) -> list[str]:
    """Return the parameters without a type, and `return` if the result has none."""
    taken = function.args
    parameters = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
    bare = [p.arg for p in parameters if p and p.annotation is None and p.arg not in ("self", "cls")]
    return bare + (["return"] if function.returns is None else [])


def test_everything_is_annotated(trees: Trees) -> None:
    bare = {place: unannotated(node) for place, node in functions(trees) if unannotated(node)}
    assert not bare, "write the type of each parameter and of the result"


def undocumented(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Return the public functions, methods and classes without a docstring, except overrides."""
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        overrides = any(
            ast.unparse(decorator).split(".")[-1] in ("override", "overload", "setter")
            for decorator in node.decorator_list
        )
        if ast.get_docstring(node) is None and not overrides:
            yield node
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body)


def test_public_names_below_the_tasks_have_docstrings(trees: Trees) -> None:
    below = {path: tree for path, tree in trees.items() if path.parts[0] in ("views", "gates", "monitoring", "data")}
    silent = [f"{path}:{node.lineno} {node.name}" for path, tree in below.items() for node in undocumented(tree.body)]  # type: ignore[attr-defined]
    assert not silent, "say in a docstring what goes in (shapes, units), what comes out, and which errors are raised"


def built_in_exceptions(tree: ast.AST, allowed: frozenset[str] = frozenset(PROTOCOL_EXCEPTIONS)) -> Iterator[ast.Raise]:
    """Return every `raise` of a built-in exception that no protocol requires."""
    for node in ast.iter_child_nodes(tree):
        here = allowed
        if isinstance(node, Function):
            names = {ast.unparse(d).split("(")[0].split(".")[-1] for d in node.decorator_list}
            here |= {"ValueError"} if names & VALIDATORS else set()
            here |= {"AttributeError"} if node.name == "__getattr__" else set()
        if isinstance(node, ast.Raise) and node.exc is not None:
            name = ast.unparse(node.exc).split("(")[0]
            kind = getattr(builtins, name, None)
            if isinstance(kind, type) and issubclass(kind, BaseException) and name not in here:
                yield node
        yield from built_in_exceptions(node, here)


def test_no_built_in_exception_is_raised(trees: Trees) -> None:
    raised = [
        f"{path}:{node.lineno} {ast.unparse(node)}"
        for path, tree in trees.items()
        for node in built_in_exceptions(tree)
    ]
    assert not raised, "raise the class of data/errors.py that names the broken rule and its remedy"


def test_a_raised_built_in_exception_is_found() -> None:
    source = "class A:\n def f(self):\n  if self:\n   raise ValueError('x')\n  raise NotImplementedError\n"
    assert [ast.unparse(node) for node in built_in_exceptions(ast.parse(source))] == ["raise ValueError('x')"]


def test_the_length_of_a_function_leaves_its_docstring_out() -> None:
    function = ast.parse('def f():\n    """One\n\n    two.\n    """\n    return 1\n').body[0]
    assert isinstance(function, ast.FunctionDef)
    assert length(function) == 2


def test_no_line_is_excluded_from_coverage(trees: Trees, root: Path) -> None:
    marks = [str(path) for path in trees if "pragma: " + "no cover" in (root / path).read_text(encoding="utf-8")]
    assert not marks, "remove the mark and test the line"
