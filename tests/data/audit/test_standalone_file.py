"""The modules of the stand-alone verifier are joined into one file that a bare, old Python can read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.standalone_file import (
    CHECKER_FOLDER,
    CHECKER_MODULES,
    CHECKER_PACKAGE,
    FOLDER,
    MODULES,
    PACKAGE,
    SHARED,
    standalone_checker,
    standalone_digest,
    standalone_verifier,
)
from tests.served_files import KEY, ServedFiles

OURS = (PACKAGE, CHECKER_PACKAGE)
JOINED = {"verifier": MODULES, "checker": (*SHARED, *CHECKER_MODULES)}
TEXTS = {"verifier": standalone_verifier, "checker": standalone_checker}


def tree_of(name: str) -> ast.Module:
    folder = CHECKER_FOLDER if name in CHECKER_MODULES else FOLDER
    return ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))


def imports_of(name: str) -> list[ast.ImportFrom]:
    found = [node for node in ast.walk(tree_of(name)) if isinstance(node, ast.ImportFrom)]
    return [node for node in found if (node.module or "").startswith(OURS)]


def test_the_files_contain_every_module_after_those_that_it_imports() -> None:
    assert sorted(MODULES) == sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    assert sorted(CHECKER_MODULES) == sorted(path.stem for path in CHECKER_FOLDER.glob("[a-z]*.py"))
    for modules in JOINED.values():
        for number, name in enumerate(modules):
            imported = {str(node.module).rsplit(".", 1)[-1] for node in imports_of(name)}
            assert imported <= set(modules[:number]), name


@pytest.mark.parametrize("modules", JOINED.values(), ids=JOINED)
def test_no_name_is_used_by_two_modules_and_none_is_renamed(modules: tuple[str, ...]) -> None:
    names: Counter[str] = Counter()
    for module in modules:
        for node in tree_of(module).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names.update({one.id for one in targets if isinstance(one, ast.Name)})
            names.update([node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [])
        assert all(alias.asname is None for node in imports_of(module) for alias in node.names), module
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_file_is_valid_in_python_3_9_and_imports_the_standard_library_alone(text: Callable[[], bytes]) -> None:
    tree = ast.parse(text(), feature_version=(3, 9))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert "hashlib" in modules
    assert modules <= set(sys.stdlib_module_names)


def test_no_module_takes_code_from_the_rest_of_the_project() -> None:
    for name in (*MODULES, *CHECKER_MODULES):
        for node in ast.walk(tree_of(name)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                module = getattr(node, "module", None) or ""
                assert module.startswith(OURS) or module.split(".")[0] in {
                    "",
                    "__future__",
                    *sys.stdlib_module_names,
                }


def test_the_file_has_the_same_bytes_each_time_and_runs_without_packages(tmp_path: Path) -> None:
    assert standalone_verifier() == standalone_verifier()
    assert standalone_digest().startswith("sha256:")
    path = tmp_path / "verify.py"
    path.write_bytes(standalone_verifier())
    command = [sys.executable, "-I", "-S", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("there is no export in ")
    assert "usage: verify.py" in subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout


def test_the_checker_verifies_a_manifest_without_packages(tmp_path: Path) -> None:
    made = ServedFiles(tmp_path)
    made.write()
    path = tmp_path / "modelward_check.py"
    path.write_bytes(standalone_checker())
    options = [str(made.manifest), "--model", "ops/delay", "--key", KEY.vkey, "--any-age"]
    command = [sys.executable, "-I", "-S", str(path), *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{made.bytes}\n", "")
    made.bytes.write_bytes(b"another model")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
