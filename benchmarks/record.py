"""Measure what reads, commands and writes cost in registries of different sizes: CPU time and peak memory.

    python benchmarks/record.py                              # 1,000, 10,000 and 100,000 events
    python benchmarks/record.py --events 1000000             # a million events and 10,000 versions
    python benchmarks/record.py --events 1000 --only show    # rows whose name contains a word
    python benchmarks/record.py --events 50000 --models 500 --versions 2000
    python benchmarks/record.py --homes /a/home /another  # homes that exist

The registries are made once (`registry_maker.py`) and kept below `build/record`; rows that write add their events to
them. The exit code is 0 if every target is met in the largest registry.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import record_log
import record_reads
import record_writes
from cost import Cost, CostRow
from registry_size import SIZES, Size

HERE = Path(__file__).resolve().parent
ROWS: tuple[CostRow, ...] = record_reads.ROWS + record_writes.ROWS + record_log.ROWS
STEPS = {**record_reads.STEPS, **record_writes.STEPS}


def main() -> int:
    """Make the registries, measure every row in each, print the table; return 1 if a target is missed."""
    options = _arguments()
    if options.step:
        print(json.dumps(STEPS[options.step]()))
        return 0
    if options.make:
        return _make(options)
    sizes = [_size(events, options) for events in options.events]
    homes = options.homes or [_made(options.folder, size) for size in sizes]
    rows = [row for row in ROWS if options.only in row.name]
    print(_line("", [home.name for home in homes], "target"))
    missed = 0
    for row in rows:
        costs = [row.measure(home) for home in homes]
        print(_line(row.name, [_shown(cost) for cost in costs], _target(row)), flush=True)
        missed += _misses(row, costs)
    print(f"{missed} of {len(rows)} rows miss their target in the largest registry")
    return int(missed > 0)


def _made(folder: Path, size: Size) -> Path:
    """Return the home of a registry of this size; if there is none yet, it is made in a child process."""
    home = folder / size.name
    if not home.exists():
        numbers = ["--events", str(size.events), "--models", str(size.models), "--versions", str(size.versions)]
        line = [sys.executable, __file__, "--make", "--folder", str(folder), *numbers]
        subprocess.run(line, env={**os.environ, "PYTHONPATH": str(HERE.parent)}, check=True)
    return home


def _make(options: argparse.Namespace) -> int:
    from registry_maker import make

    size = Size(options.models, options.versions, options.events[0])
    unfinished = options.folder / f"{size.name}.unfinished-{os.getpid()}"
    print(f"making {size.name}", file=sys.stderr)
    make(unfinished, size, lambda line: print(line, file=sys.stderr, flush=True))
    unfinished.rename(options.folder / size.name)
    return 0


def _size(events: int, options: argparse.Namespace) -> Size:
    size = SIZES.get(events, Size(max(events // 50, 1), max(events // 17, 1), events))
    return Size(options.models or size.models, options.versions or size.versions, events)


def _line(name: str, cells: Sequence[str], target: str) -> str:
    return " ".join([f"{name:42}", *(f"{cell:>22}" for cell in cells), f"{target:>22}"]).rstrip()


def _shown(cost: Cost) -> str:
    failed = f", FAILED: {cost.failure[:60]}" if cost.failure else ""
    return f"{_seconds(cost.cpu)}, {cost.megabytes:.0f} MB{failed}"


def _seconds(cpu: float) -> str:
    return f"{cpu * 1_000:.1f} ms" if cpu < 0.1 else f"{cpu:.2f} s"


def _target(row: CostRow) -> str:
    some = [f"≤ {_seconds(row.cpu)}"] if row.cpu is not None else []
    some += [f"≤ {row.growth:g} × the first"] if row.growth is not None else []
    return ", ".join([*some, *([f"{row.megabytes:.0f} MB"] if row.megabytes is not None else [])])


def _misses(row: CostRow, costs: Sequence[Cost]) -> bool:
    cost = costs[-1]
    slow = row.cpu is not None and cost.cpu > row.cpu
    grown = row.growth is not None and cost.cpu > row.growth * costs[0].cpu
    return bool(cost.failure) or slow or grown or (row.megabytes is not None and cost.megabytes > row.megabytes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--models", type=int, help="models of each registry, instead of those of its size")
    parser.add_argument("--versions", type=int, help="versions of each registry, instead of those of its size")
    parser.add_argument("--only", default="", help="only rows whose name contains this")
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "record")
    parser.add_argument("--homes", type=Path, nargs="+", help="measure these homes, and make none")
    parser.add_argument("--make", action="store_true", help="make one registry in this process, measure nothing")
    parser.add_argument("--step", choices=sorted(STEPS), help="one step in this process (the benchmark's own use)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
