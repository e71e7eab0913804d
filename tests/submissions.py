r"""A small submission that can be registered, with real Parquet and real documents, for tests to damage.

folder = write_filled(tmp_path / "submission")
replace_line(folder / "model.yaml", "owner:", "owner: 'a/b'")
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modelward.scaffold import write_submission

MODEL = "ops/late"
SECTIONS = ("purpose", "data", "method", "assumptions", "alternatives", "limitations")
SECTION_TEXT = " ".join(
    ["It says what was decided, why it was decided so, and what follows from it for its users."] * 3
)
FILLED = {
    "owner:": "owner: olga",
    "purpose:": "purpose: Which flights will be late, for the planners of gates.",
    "intended_uses:": "intended_uses: [planning of gates]",
    "  exposure:": "  exposure: 2",
    "  purpose:": "  purpose: 2",
    "  method_complexity:": "  method_complexity: 3",
    "  opacity:": "  opacity: 3",
    "  data:": "  data: unknown",
    "  assumptions:": "  assumptions: 2",
    "  autonomy:": "  autonomy: 3",
    "  rationale:": "  rationale: wrong answers cost hours",
    "alert_route:": "alert_route: rota@example.org",
    "runbook:": "runbook: docs/runbook.md",
    "consumers:": "consumers: [{system: crews, owner: olga, contact: crews@example.org}]",
}
TESTS = """\
tests:
  - {name: ranks, kind: out-of-time, metric: auc, dataset: held-out, threshold: 0.6, rationale: weeks before}
  - {name: gap, kind: benchmark, metric: auc_gap, dataset: held-out, at_least: false, threshold: 0.1, rationale: seen}
"""
MONITORING = """\
window_days: 7
minimum_rows: 50
rationale: what moved before
rules:
  - {statistic: psi, column: temp, margin: 0.2, rationale: weather}
"""


def rows(count: int = 600, day: str = "2013-01-01", seed: int = 1) -> dict[str, Any]:
    """Return the columns of scored flights; the score is informative about the label."""
    random = np.random.default_rng(seed)
    score = random.uniform(0.05, 0.95, count)
    moments = np.datetime64(day, "us") + (np.arange(count) * 3_600_000_000).astype("timedelta64[us]")
    return {
        "prediction_id": [f"{day}-{number}" for number in range(count)],
        "predicted_at": pa.array(moments, pa.timestamp("us", tz="UTC")),
        "temp": random.normal(40.0, 10.0, count),
        "carrier": random.choice(["UA", "AA", "B6"], count),
        "label": (random.uniform(size=count) < score).astype(np.int8),
        "score": score,
    }


def write_rows(path: Path, columns: dict[str, Any]) -> None:
    """Write columns as Parquet; a column that is None is omitted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({name: values for name, values in columns.items() if values is not None}), path)


def write_filled(folder: Path, name: str = MODEL) -> Path:
    """Write a complete submission, as `modelward init` creates it and a person fills it in."""
    sample = folder.parent / "sample.parquet"
    write_rows(sample, rows(10))
    write_submission(folder, name, sample)
    for start, line in FILLED.items():
        replace_line(folder / "model.yaml", start, line)
    replace_line(folder / "version.yaml", "what:", "what: the first version")
    replace_line(folder / "version.yaml", "why:", "why: there was none")
    (folder / "tests.yaml").write_text(TESTS)
    (folder / "monitoring.yaml").write_text(MONITORING)
    for section in SECTIONS:
        (folder / "docs" / f"{section}.md").write_text(f"# {section.title()}\n\n{SECTION_TEXT}\n")
    (folder / "artifact" / "model.bin").write_bytes(b"opaque bytes of a model")
    (folder / "code" / "train.py").write_text("print('fit')\n")
    (folder / "requirements.txt").write_text("numpy==2.4.0\n")
    write_rows(folder / "data" / "training.parquet", rows())
    write_rows(folder / "data" / "held_out.parquet", rows(day="2013-03-01", seed=2))
    return folder


def replace_line(path: Path, start: str, line: str) -> None:
    """Replace the first line that begins with `start` by `line`."""
    lines = path.read_text().splitlines()
    place = next(number for number, old in enumerate(lines) if old.startswith(start))
    path.write_text("\n".join([*lines[:place], line, *lines[place + 1 :]]) + "\n")


def change_suite(path: Path, **parameters: Any) -> None:
    """Set parameters of a suite file."""
    suite = json.loads(path.read_text())
    suite["meta"]["parameters"] |= parameters
    path.write_text(json.dumps(suite))
