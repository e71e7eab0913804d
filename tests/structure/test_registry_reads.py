"""Code outside of data holds no State and no connection: it writes through Registry, and reads through data/queries.

Import-linter limits the modules of data/registry that are imported (pyproject.toml); the checks here limit what is
taken from them, and the methods of Registry that are called.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.registry.registry import Registry
from tests.structure.source_trees import Trees

# What code outside of data may use of a registry: which one it is, whether it is there, and the ways to write.
ALLOWED = {
    "here": "the registry of the configured home",
    "home": "its folder",
    "exists": "whether it is there",
    "is_lost": "whether it can be rebuilt",
    "create": "writes the first event",
    "execute": "writes the event of a command",
    "execute_together": "writes the events of several commands",
    "checkpoint": "writes a signed checkpoint",
    "session": "keeps the file open for many commands and queries; it yields nothing",
}
# Of these modules only the pure functions and tables: the others take a State or a connection.
PURE = {
    "data.registry.clock": {"confirmed_clock"},
    "data.registry.rules.model": {"NOTHING_ENFORCED", "needs_proof", "relaxations", "require_proof"},
    "data.registry.rules.retirement_party": {"PLANNING", "what_is_missing"},
    "data.registry.rules.version": {"is_same_provenance"},
}
# Methods that yield a State, a connection or the key, whatever the value is called that they are called on.
LEAKS = {"reading", "signing", "transaction", "locked"}
REGISTRY = "registry"


def outside(trees: Trees) -> dict[Path, ast.Module]:
    return {path: tree for path, tree in trees.items() if path.parts[0] != "data"}


def is_registry(node: ast.expr | None) -> bool:
    """Return True for a value that is a registry by its name or its making: `who.registry`, `Registry.here()`."""
    if node is None:
        return False
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("Registry", "Registry.here")
    return ast.unparse(node).rpartition(".")[2].lower().endswith(REGISTRY)


def registry_reads(tree: ast.Module) -> Iterator[str]:
    """Yield each use of a registry that is not allowed, and each call of a method that yields a State or connection."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if (is_registry(node.value) and node.attr not in ALLOWED) or node.attr in LEAKS:
            yield f"{node.lineno} {ast.unparse(node)}"


def named_values(node: ast.AST) -> list[tuple[ast.AST | None, bool]]:
    """Return each name that a node gives to a value, and whether the value is a registry by its type or its making."""
    if isinstance(node, ast.arg):
        return [(node, is_registry_type(node.annotation))]
    if isinstance(node, ast.AnnAssign):
        return [(node.target, is_registry_type(node.annotation))]
    if isinstance(node, ast.Assign):
        return [(target, is_registry(node.value)) for target in node.targets]
    if isinstance(node, ast.NamedExpr):
        return [(node.target, is_registry(node.value))]
    return [(node.optional_vars, is_registry(node.context_expr))] if isinstance(node, ast.withitem) else []


def is_registry_type(annotation: ast.expr | None) -> bool:
    return annotation is not None and "Registry" in ast.unparse(annotation).replace('"', "").split(" | ")


def registry_names(tree: ast.Module) -> Iterator[str]:
    """Yield each name of a registry that does not end in `registry`: the check above would not see its uses."""
    for node in ast.walk(tree):
        for target, holds_registry in named_values(node):
            name = target.arg if isinstance(target, ast.arg) else ast.unparse(target) if target is not None else ""
            if holds_registry and name and not name.endswith(REGISTRY):
                yield f"{getattr(target, 'lineno', 0)} {name}"


def impure_names(tree: ast.Module) -> Iterator[str]:
    """Yield each name that is taken from a module of PURE and is not one of its pure names, and each whole module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            pure = PURE.get(str(node.module), {one.name for one in node.names})
            whole = {one.name for one in node.names if f"{node.module}.{one.name}" in PURE}
            yield from (f"{node.lineno} {one.name}" for one in node.names if one.name not in pure or one.name in whole)
        if isinstance(node, ast.Import):
            yield from (f"{node.lineno} {one.name}" for one in node.names if one.name in PURE)


def test_no_code_outside_of_data_holds_a_state_or_a_connection(trees: Trees) -> None:
    found = [f"{path}:{use}" for path, tree in outside(trees).items() for use in registry_reads(tree)]
    assert not found, "call a query of data/queries, or write with a command"


def test_each_registry_is_named_so(trees: Trees) -> None:
    found = [f"{path}:{name}" for path, tree in outside(trees).items() for name in registry_names(tree)]
    assert not found, "end the name in `registry`"


def test_of_rules_only_pure_functions_are_imported(trees: Trees) -> None:
    found = [f"{path}:{name}" for path, tree in outside(trees).items() for name in impure_names(tree)]
    assert not found, "read through data/queries, which calls the rule with the State"


def test_each_allowed_name_is_one_of_the_registry() -> None:
    members = {name for name, _ in inspect.getmembers(Registry)} | {"home"}
    assert set(ALLOWED) <= members


READS = {
    "a snapshot": "with registry.reading() as state: ...",
    "a snapshot of a value of another name": "with here.reading() as state: ...",
    "the store": "Registry.here().store.backup(file)",
    "the key": "with who.registry.signing() as signing: ...",
    "the head": "registry.head()",
    "the journal": "self._registry.journal.size()",
    "the anchors": "len(registry.anchors)",
    "a method without a call": "read = registry.head",
}
WRITES = {
    "a command": "registry.execute(command, context)",
    "a batch": "Registry.here().execute_together(batch, context)",
    "a session": "with scenario.registry.session(): ...",
    "the folder": "registry.home.artifacts",
    "a store of evidence": "facts.store.read(digest)",
}
NAMES = {
    "a parameter": ("def f(here: Registry) -> None: ...", ["1 here"]),
    "a parameter that may be missing": ("def f(here: Registry | None) -> None: ...", ["1 here"]),
    "a field": ("class A:\n here: Registry", ["2 here"]),
    "a value": ("here = Registry.here()", ["1 here"]),
    "another name of a registry": ("here = who.registry", ["1 here"]),
    "a name in a condition": ("if (here := Registry(home)): ...", ["1 here"]),
    "a name that says so": ("registry = Registry.here()\ndef f(the_registry: Registry) -> None: ...", []),
}
IMPURE = {
    "a function with a State": ("from data.registry.rules.model import prove_model", ["1 prove_model"]),
    "the module": ("from data.registry.rules import model", ["1 model"]),
    "a pure function": ("from data.registry.rules.model import relaxations", []),
}


@pytest.mark.parametrize("source", READS.values(), ids=READS)
def test_a_read_of_the_registry_is_found(source: str) -> None:
    assert len(list(registry_reads(ast.parse(source)))) == 1


@pytest.mark.parametrize("source", WRITES.values(), ids=WRITES)
def test_a_write_is_allowed(source: str) -> None:
    assert list(registry_reads(ast.parse(source))) == []


@pytest.mark.parametrize(("source", "found"), NAMES.values(), ids=NAMES)
def test_a_registry_of_another_name_is_found(source: str, found: list[str]) -> None:
    assert list(registry_names(ast.parse(source))) == found


@pytest.mark.parametrize(("source", "found"), IMPURE.values(), ids=IMPURE)
def test_an_impure_function_of_a_rule_is_found(source: str, found: list[str]) -> None:
    assert list(impure_names(ast.parse(source))) == found
