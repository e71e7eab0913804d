"""The table of the long attack runs, `benchmarks/attack_runs.csv`: what was tried, with which seeds, at which commit.

A run is done in parts of one seed each. A part adds its counts to the table as soon as it ends, so that a run can be
stopped at any time and continues with the next seed. `as_required` counts the attempts that ended as they must: a
change was found at the right event; after a kill nothing acknowledged was lost and the registry verified.
"""

from __future__ import annotations

import csv
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "benchmarks" / "attack_runs.csv"
PAGE = ROOT / "benchmarks" / "README.md"
BEGIN, END = "<!-- attack runs: written by `python -m tests.soak` -->", "<!-- end of the attack runs -->"
TITLES = {
    "kills": "writers killed at a random moment",
    "races": "races of 16 processes for one approval",
    "tampering": "changes to files, each by one kind and one seed",
}
PRODUCT = ("modelward", "flows", "tasks", "views", "gates", "monitoring", "data")


@dataclass(frozen=True)
class PartResult:
    """What one part of a run counted for one kind of attack; `faults` say what did not end as required."""

    kind: str
    tried: int
    as_required: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunRow:
    """A row of the table: a kind of attack of a run, tried at one commit with the seeds `first` to `last`."""

    run: str
    kind: str
    commit: str
    first: int
    last: int
    tried: int
    as_required: int


def read_rows(path: Path = TABLE) -> list[RunRow]:
    """Return the rows of the table; none if it does not exist yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    numbers = ("first", "last", "tried", "as_required")
    return [RunRow(**{name: int(value) if name in numbers else value for name, value in one.items()}) for one in found]


def write_rows(rows: Iterable[RunRow], path: Path = TABLE) -> None:
    """Write the table again, sorted."""
    ordered = sorted(rows, key=lambda row: (list(TITLES).index(row.run), row.kind, row.first))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [one.name for one in fields(RunRow)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in ordered)


def with_part(rows: Sequence[RunRow], run: str, seed: int, commit: str, results: Sequence[PartResult]) -> list[RunRow]:
    """Return the rows with the counts of one more part; a row grows while commit and seeds go on without a gap."""
    found = list(rows)
    for result in results:
        added = RunRow(run, result.kind, commit, seed, seed, result.tried, result.as_required)
        for place, row in enumerate(found):
            if (row.run, row.kind, row.commit, row.last) == (run, result.kind, commit, seed - 1):
                counts = {"tried": row.tried + result.tried, "as_required": row.as_required + result.as_required}
                found[place] = replace(row, last=seed, **counts)
                break
        else:
            found.append(added)
    return found


def next_seed(rows: Sequence[RunRow], run: str, kinds: Sequence[str]) -> int:
    """Return the first seed that not every kind of a run was tried with."""
    last = {kind: max((row.last for row in rows if (row.run, row.kind) == (run, kind)), default=0) for kind in kinds}
    return min(last.values()) + 1


def kinds_without(rows: Sequence[RunRow], run: str, kinds: Sequence[str], seed: int) -> list[str]:
    """Return the kinds that were not tried with a seed."""
    tried = {row.kind for row in rows if row.run == run and row.first <= seed <= row.last}
    return [kind for kind in kinds if kind not in tried]


def present_commit() -> str:
    """Return the commit of the product's code, with `+` if a file of it differs from that commit."""
    commit = _git("log", "-1", "--format=%h", "--", *PRODUCT)
    return commit + ("+" if _git("status", "--porcelain", "--", *PRODUCT) else "")


def table_text(rows: Sequence[RunRow]) -> str:
    """Return the table of all runs as Markdown: one row a run."""
    lines = ["| run | what | kinds | tried | as required | commits |", "|---|---|---|---|---|---|"]
    for run, title in TITLES.items():
        own = [row for row in rows if row.run == run]
        tried = Counter[str]()
        for row in own:
            tried[row.kind] += row.tried
        total, good = sum(row.tried for row in own), sum(row.as_required for row in own)
        commits = len({row.commit for row in own})
        lines.append(f"| `{run}` | {title} | {len(tried)} | {total:,} | {good:,} | {commits} |")
    return "\n".join(lines)


def write_page(rows: Sequence[RunRow], path: Path = PAGE) -> None:
    """Write the table into the page of the benchmarks, between its two marks."""
    path.write_text(page_with(path.read_text("utf-8"), rows), "utf-8")


def page_with(text: str, rows: Sequence[RunRow]) -> str:
    """Return a page with the table between the two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table_text(rows)}\n\n{END}{after}"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
