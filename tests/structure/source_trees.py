"""The type of the syntax trees that the checks of this folder read."""

from __future__ import annotations

import ast
from pathlib import Path

Trees = dict[Path, ast.Module]
"""The syntax tree of each file, by its path from the root."""
