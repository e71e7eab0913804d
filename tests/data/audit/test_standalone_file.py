"""The modules of the stand-alone verifier are joined into one file that a bare, old Python can read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

from data.audit.standalone_file import FOLDER, MODULES, PACKAGE, standalone_digest, standalone_verifier


def tree_of(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def imports_of(name: str) -> list[ast.ImportFrom]:
    found = [node for node in ast.walk(tree_of(name)) if isinstance(node, ast.ImportFrom)]
    return [node for node in found if (node.module or "").startswith(PACKAGE)]


def test_the_file_contains_every_module_after_those_that_it_imports() -> None:
    assert sorted(MODULES) == sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    for number, name in enumerate(MODULES):
        imported = {str(node.module).rsplit(".", 1)[-1] for node in imports_of(name)}
        assert imported <= set(MODULES[:number]), name


def test_no_name_is_used_by_two_modules_and_none_is_renamed() -> None:
    names: Counter[str] = Counter()
    for module in MODULES:
        for node in tree_of(module).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names.update({one.id for one in targets if isinstance(one, ast.Name)})
            names.update([node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [])
        assert all(alias.asname is None for node in imports_of(module) for alias in node.names), module
    assert [name for name, count in names.items() if count > 1] == []


def test_the_file_is_valid_in_python_3_9_and_imports_the_standard_library_alone() -> None:
    tree = ast.parse(standalone_verifier(), feature_version=(3, 9))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert "hashlib" in modules
    assert modules <= set(sys.stdlib_module_names)


def test_no_module_takes_code_from_the_rest_of_the_project() -> None:
    for name in MODULES:
        for node in ast.walk(tree_of(name)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                module = getattr(node, "module", None) or ""
                assert module.startswith(PACKAGE) or module.split(".")[0] in {
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
