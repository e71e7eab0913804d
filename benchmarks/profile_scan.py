"""How much dearer than reading the data is knowing it? The profile of a log against a plain scan of the same columns.

    python benchmarks/profile_scan.py [--rows 10000000] [--runs 5] [--folder build/benchmark]

Baseline: DuckDB, two threads, warm cache, `sum` of every numeric column and `max` of every other one. Ours: the profile
of 31 columns on edges placed beforehand. Both as whole processes, start and imports included, one after the other in
turn, so that a noisy neighbour meets both. CPU seconds and peak memory are what the kernel counted for each process.
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
    """One process: CPU and wall seconds, peak memory in megabytes (RSS), whether it failed."""

    cpu: float
    wall: float
    peak: float
    failed: bool = False


def main() -> int:
    """Run the benchmark or one step of it; 0 when every target holds."""
    options = _arguments()
    if options.step:
        return _step(options.step, options.folder, options.rows)
    # This process stays small: a child's peak memory starts from what its parent held.
    _child("prepare", options)
    runs: dict[str, list[Run]] = {side: [] for side in SIDES}
    for _ in range(options.runs):
        for side in SIDES:
            runs[side].append(_child(side, options))
    failed = [not _report(runs, options.rows), _child("small", options).failed, _child("counts", options).failed]
    return int(any(failed))


def _arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "benchmark")
    parser.add_argument("--step", choices=STEPS, help="one step in this process (used by the benchmark itself)")
    return parser.parse_args()


def _child(step: str, options: argparse.Namespace) -> Run:
    """Run one step as a process of its own and ask the kernel what it cost."""
    flags = ["--step", step, "--folder", str(options.folder), "--rows", str(options.rows)]
    sys.stdout.flush()
    started = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, __file__, *flags], os.environ)
    _, status, used = os.wait4(child, 0)
    if status and step not in {"small", "counts"}:
        raise SystemExit(f"the step {step} failed")
    return Run(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024, bool(status))


def _step(step: str, folder: Path, rows: int) -> int:
    """One step, in a process of its own; 0 when it holds."""
    if step == "prepare":
        _prepare(folder, rows)
        return 0
    if step in SIDES:
        return _side(step, folder)
    return int(not (_report_small(folder) if step == "small" else _check_counts(folder)))


def _prepare(folder: Path, rows: int) -> None:
    """Write the log and the edges, the edges placed on the first file; then read it all once to warm the cache."""
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
    """The files of this run."""
    files: list[str] = json.loads((folder / "files.json").read_text())
    return files


def _side(side: str, folder: Path) -> int:
    """One side, in a process of its own."""
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
    """`sum` of each numeric column and `max` of the others: 33 columns, so that each of them is decoded."""
    numeric = [*(f"number_{i:02d}" for i in range(20)), "score"]
    others = [*(f"category_{i:02d}" for i in range(10)), "prediction_id", "predicted_at"]
    figures = [f"sum({name})" for name in numeric] + [f"max({name})" for name in others]
    return f"SELECT {', '.join(figures)} FROM read_parquet(?)"


def _report(runs: dict[str, list[Run]], rows: int) -> bool:
    """Print medians and ratios; whether they hold."""
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
    """Print the cost of one new day and of merging a year; whether they hold."""
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
    """Median CPU milliseconds of nine runs."""
    spent = []
    for _ in range(9):
        started = time.process_time()
        work()
        spent.append(1_000 * (time.process_time() - started))
    return statistics.median(spent)


def _check_counts(folder: Path) -> bool:
    """Whether every counter of every column equals exact computation on the first file, by another way."""
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
    """Print one target; whether it holds."""
    holds = value <= limit
    print(f"  {what}: {value:.3g}{unit}, target ≤ {limit:g}{unit}: {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


if __name__ == "__main__":
    sys.exit(main())
