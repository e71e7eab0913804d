"""The folders are those of DEVELOPERS.md, and no other module is in the root of a layer."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.structure.source_trees import Trees

FOLDERS = {
    "modelward": {"commands", "cli", "runs", "supervisor", "web", "demo"},
    "flows": set[str](),
    "tasks": {"register", "validate", "approve", "deploy", "monitor", "retire", "attest", "maintain", "notify", "run"},
    "views": {"forms", "pages", "charts"},
    "gates": {"standards"},
    "monitoring": set[str](),
    "data": {
        *("records", "registry", "audit", "logs", "submission", "notices", "queries", "files", "text"),
        "flights",
    },
}
LOOSE = {
    "modelward": {"__main__", "doctor", "scaffold"},
    "tasks": set[str](),
    "views": {"evidence_address"},
    "data": {"errors", "settings"},
}
# Verbs that begin the names of tasks; a verb that is also a noun is not in this list.
VERBS = {"ask", "read", "write", "record", "show", "check", "find", "open", "send", "judge", "compute", "build", "load"}


@pytest.mark.parametrize("layer", FOLDERS)
def test_a_layer_has_these_folders(layer: str, trees: Trees) -> None:
    assert {path.parts[1] for path in trees if path.parts[0] == layer and len(path.parts) > 2} == FOLDERS[layer]


@pytest.mark.parametrize("layer", LOOSE)
def test_no_other_module_is_in_the_root_of_a_layer(layer: str, trees: Trees) -> None:
    loose = {path.stem for path in trees if path.parts[0] == layer and len(path.parts) == 2} - {"__init__"}
    assert loose <= LOOSE[layer], "move the module to the folder of its subject"


def test_every_folder_has_a_docstring(trees: Trees) -> None:
    silent = [str(path) for path, tree in trees.items() if path.name == "__init__.py" and not ast.get_docstring(tree)]
    assert not silent, "write one sentence in the folder's __init__.py"


def test_every_folder_is_in_the_table_for_developers(trees: Trees, root: Path) -> None:
    listed = set(re.findall(r"^\| `([a-z_/]+)/` \|", (root / "DEVELOPERS.md").read_text("utf-8"), re.MULTILINE))
    folders = {"/".join(path.parts[:2]) for path in trees if len(path.parts) > 2}
    alone = {layer for layer, inner in FOLDERS.items() if not inner}
    missing = {one for one in folders | alone if one not in listed and not any(one.startswith(f"{x}/") for x in listed)}
    assert not missing, "add the folder to the table in DEVELOPERS.md"


@pytest.fixture(scope="module")
def graphs(root: Path) -> dict[str, Any]:
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in root.glob("tests/flows/graphs/*.yaml")}


def test_every_flow_has_graphs(root: Path, graphs: dict[str, Any]) -> None:
    assert {path.stem for path in (root / "flows").glob("*_*.py") if path.stem != "__init__"} <= set(graphs)


def test_every_flow_is_in_the_table_of_steps(root: Path) -> None:
    text = (root / "docs" / "adr" / "0026-each-run-is-a-graph.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (root / "flows").glob("*.py") if path.stem != "__init__")


def test_a_test_compares_each_graph_with_its_run(parsed: Trees, graphs: dict[str, Any]) -> None:
    """Both names are literals in the body of a test, so that a case cannot be in the code without a run of its flow."""
    calls = [
        [ast.literal_eval(argument) for argument in call.args[:2]]
        for path, tree in parsed.items()
        if path.match("tests/flows/test_*.py")
        for test in tree.body
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_") and not _is_skipped(test)
        for call in ast.walk(test)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "compare_graph"
    ]
    compared = {(flow, case) for flow, case in calls}
    written = {(flow, case) for flow, graph in graphs.items() for case in graph["runs"]}
    assert compared == written, "call compare_graph with each case in a test of the flow, and with no other"


def _is_skipped(test: ast.FunctionDef) -> bool:
    """Return True for a test that never runs; `long` tests run in `make soak`."""
    return any(mark in ast.unparse(one) for one in test.decorator_list for mark in ("skip", "xfail"))


def test_each_step_of_a_graph_file_is_in_a_case(graphs: dict[str, Any]) -> None:
    unused = []
    for flow, graph in graphs.items():
        nodes = {node for edges in graph["runs"].values() for edge in edges for node in edge.split(" -> ")}
        named = {re.sub(r" \d+$", "", node) for node in nodes}
        unused += [f"{flow}: {step}" for step in graph["steps"] if step not in named]
    assert not unused, "remove the step, or add the case that has it"


def test_modules_below_the_tasks_are_nouns(trees: Trees) -> None:
    below = [path for path in trees if path.parts[0] in ("views", "gates", "monitoring", "data")]
    verbs = [str(path) for path in below if path.stem.split("_")[0] in VERBS and "_" in path.stem]
    assert not verbs, "name the file with a noun: the thing that it defines"
