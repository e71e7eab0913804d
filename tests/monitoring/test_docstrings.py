"""The examples in the docstrings are correct, and importing the layer does not load SciPy."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import monitoring

NAMES = [f"monitoring.{found.name}" for found in pkgutil.iter_modules(monitoring.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_module_are_correct(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in NAMES) >= 10


def test_importing_the_layer_loads_no_scipy() -> None:
    loaded = f"import sys, {', '.join(NAMES)}; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
