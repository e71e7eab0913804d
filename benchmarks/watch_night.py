"""Measure nightly monitoring of a thousand models, without the time to count their rows, on a real Prefect server.

    python benchmarks/watch_night.py [--models 1000] [--rows 1000] [--broken 10] [--past-days 0]
        [--folder build/benchmark]

A registry with many models (the fleet) is made first and not timed. Then monitoring runs twice, each time in a child
process on a new copy of the fleet: once with intact logs, once with some broken files. In the same process the profile
work (counting the rows) is timed separately. Events are counted in the audit log, flow runs at the server, and
transactions on the registry's own connections: every BEGIN, and every statement outside a transaction that is not a
setting.

With `--past-days` the fleet has a history of so many days: folders of old days that are no longer read, their cached
results, and ten notices a day. A night must not take longer because of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

WALL_LIMIT = 60.0
EVENT_MARGIN = 10
TRANSACTION_LIMIT = 10
MOST_SECONDS = {"found": 900, "night": 300}
"""The longest time of each step in seconds; a step that takes longer is ended."""
THREADS = 2


def main() -> int:
    """Make the fleet and monitor it twice; return 0 if every target is met."""
    options = _arguments()
    if options.step == "found":
        return _found(options)
    if options.step == "night":
        return _night(options)
    shutil.rmtree(options.folder / "night", ignore_errors=True)
    started = time.perf_counter()
    _child("found", options, _environment(_fleet(options)))
    seconds = time.perf_counter() - started
    print(f"{options.models:,} models × 20 columns × {options.rows:,} rows, made in {seconds:.0f} s")
    from modelward.supervisor.prefect_server import prefect_server
    from tests.fleet import add_history, break_files

    failed = False
    with prefect_server(options.folder / "night" / "server") as server:
        server.wait()
        for broken in (0, options.broken):
            home = options.folder / "night" / f"broken-{broken}"
            shutil.copytree(_fleet(options), home)
            add_history(home, options.past_days)
            break_files(home, broken)
            failed |= _child(f"night-{broken}", options, _environment(home) | {"PREFECT_API_URL": server.api_url}) != 0
            shutil.rmtree(home)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--broken", type=int, default=10)
    parser.add_argument("--past-days", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "benchmark")
    parser.add_argument("--step", choices=("found", "night"), help="one step in this process (the benchmark's own use)")
    return parser.parse_args()


def _fleet(options: argparse.Namespace) -> Path:
    folder: Path = options.folder / "night" / "fleet"
    return folder


def _environment(home: Path) -> dict[str, str]:
    from modelward.supervisor.prefect_environment import environment_of_child

    prefect = home.parent / "server" / "prefect"
    prefect.mkdir(parents=True, exist_ok=True)
    return {**environment_of_child(home), "MODELWARD_HOME": str(home), "PREFECT_HOME": str(prefect)}


def _child(step: str, options: argparse.Namespace, environment: dict[str, str]) -> int:
    """Run one step in a child process, so that the memory used to make the fleet is not counted for the night."""
    name, _, broken = step.partition("-")
    flags = ["--step", name, "--folder", str(options.folder)]
    flags += ["--models", str(options.models), "--rows", str(options.rows)]
    command = [sys.executable, __file__, *flags, "--broken", broken or "0"]
    sys.stdout.flush()
    try:
        code = subprocess.run(command, env=environment, timeout=MOST_SECONDS[name], check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"  the step {name} was ended after {MOST_SECONDS[name]} s: MISSED")
        code = 1
    if code and name == "found":
        raise SystemExit("the fleet could not be made")
    return code


def _found(options: argparse.Namespace) -> int:
    from tests.fleet import create_fleet

    create_fleet(_fleet(options), options.models, options.rows)
    return 0


@dataclass(frozen=True)
class Spent:
    """Wall and CPU seconds of this process and of its child processes that have ended."""

    wall: float
    cpu: float


def _spent(work: Callable[[], object]) -> tuple[Any, Spent]:
    wall, cpu = time.perf_counter(), _cpu()
    answer = work()
    return answer, Spent(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _night(options: argparse.Namespace) -> int:
    """Monitor the fleet of MODELWARD_HOME and print the cost; return 0 if every target is met."""
    from data.registry.registry import Registry
    from flows.monitor_models import monitor_models
    from tests.transactions import KINDS, STATEMENTS, counted_transactions, transactions

    registry = Registry.here()
    work, as_of = _profile_work(registry)
    before, runs = registry.journal.size(), _flow_runs()
    with counted_transactions() as counts:
        watched, night = _spent(lambda: monitor_models(as_of=as_of))
    print(f"a night with {options.broken} broken files" if options.broken else "a night with intact files")
    beyond = night.wall - work.wall
    print(f"  the whole night {night.wall:.1f} s ({night.cpu:.1f} s of CPU), {_memory()}")
    print(f"  load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs: other load makes the wall time longer")
    print(f"  only the profile work {work.wall:.1f} s ({work.cpu:.1f} s of CPU) on {THREADS} threads")
    shares = ", ".join(f"{counts[name]} {name}" for name in KINDS)
    print(f"  transactions: {shares}; {counts[STATEMENTS]:,} statements in all")
    held = [
        _holds("beyond the profile work", beyond, WALL_LIMIT, " s"),
        _holds("flow runs", _flow_runs() - runs, 1, ""),
        _holds("events", registry.journal.size() - before, options.models + EVENT_MARGIN, ""),
        _holds("transactions", transactions(counts), TRANSACTION_LIMIT, ""),
        _nothing_lost(registry, watched, options),
    ]
    print(f"  a model: {1_000 * beyond / options.models:.0f} ms of wall beyond the profile work")
    return int(not all(held))


def _profile_work(registry: Any) -> tuple[Spent, Any]:
    """Count every row and do nothing else; return the cost, and the time at which the night begins."""
    from concurrent.futures import ThreadPoolExecutor
    from datetime import UTC, date, datetime, time, timedelta

    from data.errors import LogFormatError
    from data.files.artifacts import ArtifactStore
    from data.records.version import Version
    from monitoring.scan import Layout, profile_files
    from tasks.register.build_reference import read_reference
    from tests.fleet import COLUMNS

    with registry.reading() as state:
        versions = state.find(Version)
    store = ArtifactStore(registry.home.artifacts)
    digests = {one.reference_digest or "" for one in versions}
    edges = {digest: read_reference(store, digest).edges for digest in digests}
    layout = Layout(mapping={"score": COLUMNS.score}, version_column=COLUMNS.model_version)
    files = {one.key: sorted(registry.home.logs(one.model).glob("date=*/*.parquet")) for one in versions}
    day = date.fromisoformat(files[versions[0].key][0].parent.name.removeprefix("date="))

    def count(version: Version) -> None:
        try:
            profile_files(files[version.key], edges[version.reference_digest or ""], str(day), layout)
        except LogFormatError:
            return  # for a broken file only the time to detect the fault counts

    with ThreadPoolExecutor(THREADS) as pool:
        _, work = _spent(lambda: list(pool.map(count, versions)))
    return work, datetime.combine(day + timedelta(days=1), time(3), UTC)


def _nothing_lost(registry: Any, watched: list[Any], options: argparse.Namespace) -> bool:
    """Return True if every model has a recorded result, and every broken file an alert and a notice."""
    from data.notices.outbox import Outbox
    from data.records.model import Model
    from data.records.monitoring import Alert, MonitoringRun

    with registry.reading() as state:
        models = {one.key for one in state.find(Model)}
        recorded = {one.model: one for one in state.find(MonitoringRun)}
        paged = {one.model for one in state.find(Alert) if one.level == "page"}
    faulty = {model for model, run in recorded.items() if run.faults}
    notices = Outbox(registry.home.outbox).notices()
    notified = {"/".join(one.about.split("/")[:3]) for one in notices if one.kind == "alert"}
    results = Counter(one.state for one in watched)
    print(f"  results: {dict(results)}; {len(faulty)} models with faults, {len(notices)} notices")
    holds = (
        len(watched) == options.models
        and {one.model for one in watched} == models == set(recorded)
        and results == {"recorded": options.models}
        and faulty == paged == notified
        and len(faulty) == options.broken
    )
    print(f"  all results, alerts and notices recorded: {'yes' if holds else 'NO'}")
    return holds


def _flow_runs() -> int:
    """Return the number of flow runs that the server knows."""
    import urllib.request

    url = f"{os.environ['PREFECT_API_URL']}/flow_runs/count"
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer))


def _memory() -> str:
    """Return the peak RSS of this process and of its largest child process, as text."""
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return f"at most {own:.0f} MB in this process and {child:.0f} MB in a child process"


def _holds(what: str, value: float, limit: float, unit: str) -> bool:
    """Print one target; return True if it is met."""
    holds = value <= limit
    print(f"  {what}: {value:,.4g}{unit}, target ≤ {limit:,g}{unit}: {'met' if holds else 'MISSED'}")
    return holds


if __name__ == "__main__":
    sys.exit(main())
