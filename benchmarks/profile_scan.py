"""Measure the CPU time and memory of profiling a log, compared with a plain scan of the same columns.

    python benchmarks/profile_scan.py [--rows 10000000] [--runs 5] [--folder build/benchmark]

The baseline is DuckDB with two threads and a warm cache: `sum` of every numeric column and `max` of every other one.
The profile counts 31 columns on edges computed before. Both run as whole processes, start and imports included, in
alternation, so that other load affects both. CPU seconds and peak memory are the kernel's values for each process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

SIDES = ("scan", "profile")
STEPS = ("prepare", *SIDES, "small", "counts")
CPU_LIMIT = 2.0
MEMORY_LIMIT = 400.0
DAY_LIMIT = 25.0
MERGE_LIMIT = 100.0


@dataclass(frozen=True)
class Run:
    """The cost of one process: CPU and wall seconds, peak memory in megabytes (RSS), and whether it failed."""

    cpu: float
    wall: float
    peak: float
    failed: bool = False


def main() -> int:
    """Run the benchmark or one step of it; return 0 if every target is met."""
    options = _arguments()
    if options.step:
        return _step(options.step, options.folder, options.rows)
    # This process must stay small: the peak memory of a child starts at the memory of its parent.
    _child("prepare", options)
    runs: dict[str, list[Run]] = {side: [] for side in SIDES}
    for _ in range(options.runs):
        for side in SIDES:
            runs[side].append(_child(side, options))
    failed = [not _report(runs, options.rows), _child("small", options).failed, _child("counts", options).failed]
    return int(any(failed))


def _arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "benchmark")
    parser.add_argument("--step", choices=STEPS, help="one step in this process (used by the benchmark itself)")
    return parser.parse_args()


def _child(step: str, options: argparse.Namespace) -> Run:
    """Run one step in a child process and return its cost as the kernel counted it."""
    flags = ["--step", step, "--folder", str(options.folder), "--rows", str(options.rows)]
    sys.stdout.flush()
    started = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, __file__, *flags], os.environ)
    _, status, used = os.wait4(child, 0)
    if status and step not in {"small", "counts"}:
        raise SystemExit(f"the step {step} failed")
    return Run(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024, bool(status))


def _step(step: str, folder: Path, rows: int) -> int:
    """Run one step in this process; return 0 if its targets are met."""
    if step == "prepare":
        _prepare(folder, rows)
        return 0
    if step in SIDES:
        return _side(step, folder)
    return int(not (_report_small(folder) if step == "small" else _check_counts(folder)))


def _prepare(folder: Path, rows: int) -> None:
    """Write the log and the edges of its first file, then read all files once to warm the cache."""
    from benchmarks.prediction_log import PROFILED, write_log
    from monitoring.edge_placement import edges_of_files

    files = write_log(folder, rows)
    (folder / "files.json").write_text(json.dumps([str(file) for file in files]))
    (folder / "edges.json").write_text(edges_of_files(files[:1], dict.fromkeys(PROFILED)).to_json())
    for file in files:
        with file.open("rb") as stream:
            while stream.read(1 << 24):
                pass


def _files(folder: Path) -> list[str]:
    """Return the files of the log."""
    files: list[str] = json.loads((folder / "files.json").read_text())
    return files


def _side(side: str, folder: Path) -> int:
    """Run the scan or the profile in this process; return 0 on success."""
    if side == "scan":
        import duckdb

        connection = duckdb.connect()
        connection.execute("SET threads = 2")
        connection.execute(_scan_query(), [_files(folder)]).fetchall()
        return 0
    from monitoring.edges import Edges
    from monitoring.scan import profile_files

    edges = Edges.from_json((folder / "edges.json").read_text())
    (profile,) = profile_files(_files(folder), edges, "benchmark")
    return 0 if profile.rows else 1


def _scan_query() -> str:
    """Return the query of the scan: `sum` of each numeric column, `max` of the others, so that all are decoded."""
    numeric = [*(f"number_{i:02d}" for i in range(20)), "score"]
    others = [*(f"category_{i:02d}" for i in range(10)), "prediction_id", "predicted_at"]
    figures = [f"sum({name})" for name in numeric] + [f"max({name})" for name in others]
    return f"SELECT {', '.join(figures)} FROM read_parquet(?)"


def _report(runs: dict[str, list[Run]], rows: int) -> bool:
    """Print medians and ratios; return True if the targets are met."""
    medians = {
        side: Run(*(statistics.median(getattr(run, field) for run in found) for field in ("cpu", "wall", "peak")))
        for side, found in runs.items()
    }
    count = len(runs["scan"])
    print(f"{rows:,} rows, 31 of 33 columns profiled, medians of {count} interleaved runs")
    for side, run in medians.items():
        print(f"  {side:8} {run.cpu:6.2f} CPU s  {run.wall:6.2f} s  {run.peak:5.0f} MB peak")
    ratio, peak = medians["profile"].cpu / medians["scan"].cpu, medians["profile"].peak
    holds = _holds("CPU, profile ÷ scan", ratio, CPU_LIMIT, "")
    return _holds("peak memory of the profile", peak, MEMORY_LIMIT, " MB") and holds


def _report_small(folder: Path) -> bool:
    """Print the cost of one new day and of merging a year; return True if the targets are met."""
    import pyarrow.parquet as pq

    from benchmarks.prediction_log import DAY_ROWS, log_table
    from monitoring.edges import Edges
    from monitoring.profile import Part, Profile, merge
    from monitoring.profile_file import to_bytes
    from monitoring.scan import profile_files

    edges = Edges.from_json((folder / "edges.json").read_text())
    day = folder / "day.parquet"
    pq.write_table(log_table(DAY_ROWS, seed=7), day)
    (profile,) = profile_files([day], edges, "day")
    year = [
        Profile(
            edges, frozenset([Part(str(i))]), profile.rows, profile.counts.copy(), profile.moments, profile.new_values
        )
        for i in range(365)
    ]
    print(f"  a day's profile is {len(to_bytes(profile)) / 1024:.0f} KB")
    holds = _holds(
        "a new day of 27,000 rows", _cpu_ms(lambda: profile_files([day], edges, "day")), DAY_LIMIT, " ms CPU"
    )
    return _holds("merging 365 days", _cpu_ms(lambda: merge(*year)), MERGE_LIMIT, " ms CPU") and holds


def _cpu_ms(work: Callable[[], object]) -> float:
    """Return the median CPU time of nine runs, in milliseconds."""
    spent = []
    for _ in range(9):
        started = time.process_time()
        work()
        spent.append(1_000 * (time.process_time() - started))
    return statistics.median(spent)


def _check_counts(folder: Path) -> bool:
    """Return True if every counter of the first file's profile equals the counts of an independent computation."""
    import numpy as np
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from monitoring.edges import CategoricalEdges, Edges
    from monitoring.scan import profile_files

    edges = Edges.from_json((folder / "edges.json").read_text())
    file = _files(folder)[0]
    (profile,) = profile_files([file], edges, "check")
    wrong = []
    for column in edges.columns:
        values = pq.read_table(file, columns=[column.name]).column(0)
        if isinstance(column, CategoricalEdges):
            found = {entry["values"]: entry["counts"] for entry in pc.value_counts(values).to_pylist()}
            others = sum(found.get(name, 0) for name in column.pooled)
            exact = [*(found.get(name, 0) for name in column.values), others, 0, values.null_count]
        else:
            plain = values.drop_null().to_numpy().astype(np.float64)
            cells = np.searchsorted(column.values, plain, side="left")
            exact = [*np.bincount(cells, minlength=column.cells).tolist(), 0, 0, 0, values.null_count]
        start = edges.starts[column.name]
        if profile.counts[start : start + column.width].tolist() != exact:
            wrong.append(column.name)
    result = f"NO: {', '.join(wrong)}" if wrong else f"all {len(edges.columns)} columns"
    print(f"  counts equal to exact computation: {result}")
    return not wrong


def _holds(what: str, value: float, limit: float, unit: str) -> bool:
    """Print one target; return True if it is met."""
    holds = value <= limit
    print(f"  {what}: {value:.3g}{unit}, target ≤ {limit:g}{unit}: {'met' if holds else 'MISSED'}")
    return holds


if __name__ == "__main__":
    sys.exit(main())
