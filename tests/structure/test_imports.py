"""Which modules may import which, and which may read the environment and the clock."""

from __future__ import annotations

import ast
import graphlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.source_trees import Trees

ROOT = Path(__file__).parents[2]

Graph = dict[str, set[str]]

# The files that may use the environment: one reads the settings, others set it for child processes.
ENVIRONMENT_FILES = {"data/settings.py", "modelward/supervisor/prefect_environment.py"}
# The file that writes to the log of a run, or outside a run to the log of the process.
RUN_LOG = Path("tasks/run/take_steps.py")
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
CLOCK_OWNERS = {"datetime", "date", "time", "dt", "Timestamp"}


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING"


def import_nodes(node: ast.AST, *, when_loaded: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield import statements; `when_loaded` excludes those inside functions and those for type checking only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not (
            when_loaded and (is_for_types_only(child) or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
        ):
            yield from import_nodes(child, when_loaded=when_loaded)


def targets(node: ast.Import | ast.ImportFrom, known: set[str]) -> set[str]:
    """Return the modules that a statement imports, also the module of `from package import module`."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    inside = {f"{node.module}.{alias.name}" for alias in node.names}
    return {name if name in known else str(node.module) for name in inside}


def import_graph(trees: Trees, *, when_loaded: bool) -> Graph:
    """Return each module of the layers with the modules that it imports."""
    known = {module_name(path) for path in trees}
    return {
        module_name(path): {t for n in import_nodes(tree, when_loaded=when_loaded) for t in targets(n, known)}
        for path, tree in trees.items()
    }


def reached_from(start: str, graph: Graph) -> set[str]:
    """Return every module that is loaded with this one."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - seen
        seen |= new
        waiting.extend(new)
    return seen


def test_flows_and_tasks_log_to_the_run(trees: Trees) -> None:
    above = [path for path in trees if path.parts[0] in ("flows", "tasks") and path != RUN_LOG]
    loggers = {"logging", "prefect.logging"}
    wrong = [
        f"{path}:{node.lineno}"
        for path in above
        for node in import_nodes(trees[path], when_loaded=False)
        if loggers & ({alias.name for alias in node.names} | {getattr(node, "module", None)})
    ]
    assert not wrong, "use `log_step` or `warn_step`: a line of another logger is not on the page of the run"


def test_no_import_cycle(trees: Trees) -> None:
    graph = import_graph(trees, when_loaded=True)
    ours = {name: {t for t in imported if t in graph and t != name} for name, imported in graph.items()}
    try:
        graphlib.TopologicalSorter(ours).prepare()
    except graphlib.CycleError as cycle:
        pytest.fail("move what both need into a file of its own: " + " → ".join(reversed(cycle.args[1])))


def test_imports_are_absolute(trees: Trees) -> None:
    relative = [
        f"{path}:{node.lineno}"
        for path, tree in trees.items()
        for node in import_nodes(tree, when_loaded=False)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative, "write the full module name: Prefect loads a flow file without its package"


def test_gates_and_monitoring_take_from_data_only_records_and_errors(trees: Trees) -> None:
    graph = import_graph(trees, when_loaded=False)
    # These are pure like the records: a standard is a text file, whose loader reports the line of a fault, and a column
    # is counted by its Arrow type.
    pure = ("data.text.yaml_text", "data.text.file_text", "data.text.arrow_types")
    allowed = ("data", "data.records", "data.errors", *pure)
    seen = {
        f"{name} → {target}"
        for name in graph
        if name.split(".")[0] in ("gates", "monitoring")
        for target in reached_from(name, graph)
        if target.split(".")[0] == "data" and target not in allowed and not target.startswith("data.records.")
    }
    assert not seen, "let a task read the fact and pass it as a record"


@pytest.mark.parametrize("layer", ["views", "gates", "monitoring", "data"])
def test_only_tasks_and_higher_layers_import_prefect(trees: Trees, layer: str) -> None:
    graph = import_graph({p: t for p, t in trees.items() if p.parts[0] == layer}, when_loaded=False)
    seen = [name for name, imported in graph.items() if any(t.split(".")[0] == "prefect" for t in imported)]
    assert not seen, "keep the rule here and let a task in tasks/ call it"


def environment_uses(tree: ast.Module) -> Iterator[int]:
    """Return the lines that read or change the process environment."""
    names = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os":
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            yield node.lineno


def test_environment_variables_are_read_in_one_place(trees: Trees) -> None:
    uses = [
        f"{path}:{line}"
        for path, tree in trees.items()
        if path.as_posix() not in ENVIRONMENT_FILES
        for line in environment_uses(tree)
    ]
    assert not uses, (
        "add a field to data/settings.py; a child's environment is made in modelward/supervisor/prefect_environment.py"
    )


def clock_readings(tree: ast.Module) -> Iterator[int]:
    """Return the lines that read the clock."""
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in CLOCKS:
            yield from [called.lineno] if ast.unparse(called.value).split(".")[-1] in CLOCK_OWNERS else []


@pytest.mark.parametrize("layer", ["gates", "monitoring"])
def test_a_rule_takes_the_time_as_a_parameter(trees: Trees, layer: str) -> None:
    readings = [f"{p}:{line}" for p, tree in trees.items() if p.parts[0] == layer for line in clock_readings(tree)]
    assert not readings, "take the current time as a parameter: a decision must replay"


def test_clock_and_environment_uses_are_found() -> None:
    source = "import os\nimport datetime as dt\n\ndef f():\n    os.getenv('A')\n    return dt.datetime.now()\n"
    tree = ast.parse(source)
    assert list(environment_uses(tree)) == [5]
    assert list(clock_readings(tree)) == [6]
    assert import_graph({Path("gates/a.py"): tree}, when_loaded=True) == {"gates.a": {"os", "datetime"}}


def test_every_benchmark_finds_what_it_imports() -> None:
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'benchmarks'}{os.pathsep}{ROOT}"}
    script = f"import importlib\nfor name in {names}: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert names
    assert done.returncode == 0, done.stderr
