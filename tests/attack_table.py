"""The table of attacks in docs/security.md, generated from the docstrings of tests/attacks.

    python -m tests.attack_table          # writes the table again; `make attacks` does this

The docstring of each file there says what is tried, how it ends, and where it is caught:

    Attack: readers hold the registry one after the other, so that a writer never finds it free.

    Result: Prevented: who waits to write goes first.
    Caught in: `data/files/file_lock.py`
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER, PAGE = ROOT / "tests" / "attacks", ROOT / "docs" / "security.md"
BEGIN, END = "<!-- attacks: written by `make attacks` -->", "<!-- end of the attacks -->"
RESULTS = ("Refused", "Found", "Prevented")
PARTS = re.compile(r"Attack: (?P<attack>.+?)\n\n.*?Result: (?P<result>.+?)\nCaught in: (?P<place>.+)", re.DOTALL)


@dataclass(frozen=True)
class AttackRow:
    """What one file of attacks tries, how it ends, and where that is decided."""

    attack: str
    result: str
    place: str
    file: str
    tests: tuple[str, ...]


class UnlistedAttackError(Exception):
    """The docstring of a file of attacks does not say what is tried, how it ends and where it is caught."""


def read_attack(path: Path) -> AttackRow:
    """Return the row of a file. Raises UnlistedAttackError."""
    tree = ast.parse(path.read_text("utf-8"))
    found = PARTS.fullmatch(ast.get_docstring(tree) or "")
    if found is None or not found["result"].startswith(RESULTS):
        raise UnlistedAttackError(
            f"{path.name}: begin its docstring with `Attack: …`, and end it with a paragraph of `Result: …`, which "
            f"begins with one of {', '.join(RESULTS)}, and `Caught in: …`; then run `make attacks`"
        )
    names = [
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    attack, result, place = (" ".join(found[name].split()).rstrip(".") for name in ("attack", "result", "place"))
    return AttackRow(attack, result, place, path.name, tuple(names))


def attacks(folder: Path = FOLDER) -> Iterator[AttackRow]:
    """Yield the row of each file of attacks, sorted by file. Raises UnlistedAttackError."""
    for path in sorted(folder.glob("test_*.py")):
        yield read_attack(path)


def table_text() -> str:
    """Return the table as Markdown."""
    lines = ["| attack | result | caught in | tests |", "|---|---|---|---|"]
    lines += [
        f"| {row.attack} | {row.result} | {row.place} | [{row.file}](../tests/attacks/{row.file}): {len(row.tests)} |"
        for row in attacks()
    ]
    return "\n".join(lines)


def page_with_table(page: str) -> str:
    """Return the page with the present table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table_text()}\n\n{END}{after}"


def main() -> int:
    """Write the table into the page; return the exit code."""
    PAGE.write_text(page_with_table(PAGE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
