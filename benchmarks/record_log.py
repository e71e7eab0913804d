"""The rows of record.py about the whole log: its latest events, verification, and a rebuild from the journal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cost import Cost, CostRow, command


def _rebuilt(home: Path) -> Cost:
    """Return the cost of `modelward audit rebuild` in a home with links to the journal, without the registry file."""
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=f"{home.name}-rebuilt-") as folder:
        target = Path(folder) / "home"
        shutil.copytree(home, target, ignore=shutil.ignore_patterns("registry", "journal", "artifacts"))
        shutil.copytree(home / "journal", target / "journal", copy_function=os.link)
        return command("audit", "rebuild", once=True)(target)


def _verified(*options: str) -> Callable[[Path], Cost]:
    """Return how to measure a verification; its exit code 1, a finding, is shown as a failure."""
    return command("audit", "verify", *options, once=True)


ROWS = (
    CostRow("modelward audit log -n 20", command("audit", "log", "-n", "20"), 1.0, 250.0),
    CostRow("modelward audit verify", _verified(), 75.0, 400.0),
    CostRow("modelward audit verify --deep", _verified("--deep"), 900.0, 1_000.0),
    CostRow("modelward audit rebuild", _rebuilt, None, 1_000.0),
)
