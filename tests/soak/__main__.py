"""Run long attacks in parts: `python -m tests.soak kills --minutes 30` goes on where the table ends.

    python -m tests.soak kills    2,000 writers killed at a random moment
    python -m tests.soak races    200 races of 16 processes for one approval
    python -m tests.soak tampering    every kind of change to a home or an export, with 20 seeds

Each part adds its counts to benchmarks/attack_runs.csv and to the table in benchmarks/README.md. Exit code 1: an
attempt did not end as required; the reasons are printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import fast_folder
from tests.soak import attack_runs, killed_writers, rival_votes
from tests.soak.attack_runs import PartResult
from tests.tampering import matrix
from tests.world import Template, found_world

SoakPart = Callable[[int, Template, Path], list[PartResult]]
RUNS: dict[str, tuple[SoakPart, list[str], int]] = {
    "kills": (killed_writers.run_part, [killed_writers.KIND], 100),
    "races": (rival_votes.run_part, sorted(rival_votes.KINDS), 50),
    "tampering": (matrix.run_part, [kind.name for kind in matrix.KINDS], 20),
}
"""For each run its part, its kinds, and the number of seeds that make it complete."""


def main() -> int:
    """Do parts of a run until it is complete or the time is over; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Run long attacks in parts.")
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--minutes", type=float, default=30.0, help="start no further part after this time")
    parser.add_argument("--seeds", type=int, default=0, help="the last seed; without it, that of the complete run")
    options = parser.parse_args()
    part, kinds, complete = RUNS[options.run]
    deadline, failed = time.monotonic() + 60 * options.minutes, 0
    with tempfile.TemporaryDirectory(prefix="modelward-soak-", dir=fast_folder()) as folder:
        root = Path(folder)
        template = Template(root / "founded", found_world(root / "founded").now)
        while time.monotonic() < deadline:
            rows = attack_runs.read_rows()
            seed = attack_runs.next_seed(rows, options.run, kinds)
            if seed > (options.seeds or complete):
                break
            began = time.monotonic()
            results = part(seed, template, root / f"seed-{seed}")
            for fault in [fault for result in results for fault in result.faults]:
                print(fault, file=sys.stderr, flush=True)
                failed += 1
            commit = attack_runs.present_commit()
            rows = attack_runs.with_part(attack_runs.read_rows(), options.run, seed, commit, results)
            attack_runs.write_rows(rows)
            attack_runs.write_page(rows)
            tried = sum(result.tried for result in results)
            print(f"{options.run}, seed {seed}: {tried} tried, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
