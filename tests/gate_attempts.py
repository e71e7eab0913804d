"""An attempt to get past the gates: a damaged submission is registered and judged as validation judges it.

read = attempt(world, folder)                         the rows of the table that an approver reads, by control
assert "held-out rows" in read["DAT-1"]
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import yaml

from data.records.person import Actor
from data.records.run_context import RunContext
from data.submission.folder import Submission
from tasks.register.build_reference import build_reference
from tasks.register.check_against_registry import check_against_registry
from tasks.register.check_quality import QualityReport
from tasks.register.compare_datasets import compare_datasets
from tasks.register.read_submission import read_submission
from tasks.register.record_registration import record_registration
from tasks.register.store_artifact import store_artifact
from tasks.validate.preview_version import preview_version
from tests.gates.standards import next_baseline
from tests.judged_model import adopt
from tests.world import World
from views.forms.gate_tables import gate_table


def register(world: World, folder: Path) -> str:
    """Register a folder with the steps of the flow, without a Prefect server; return the key of the version."""
    context = RunContext(Actor(id="dev"), world.now, "run-1")
    with tempfile.TemporaryDirectory() as unpacked:
        read = read_submission.fn(str(folder), "dev", Path(unpacked))
        facts = check_against_registry.fn(read)
        digests = {"environment": store_artifact.fn(read), "reference": build_reference.fn(read)}
        overlap = compare_datasets.fn(read)
        return record_registration.fn(read, facts, _passed(read), overlap, digests, context)


def attempt(world: World, folder: Path) -> Mapping[str, str]:
    """Return what an approver reads about a folder under the baseline: the table rows of each control, as text.

    The escapes of Markdown are removed, as a browser does.
    """
    adopt(world, json.dumps(yaml.safe_load(next_baseline()[1])))
    version = register(world, folder)
    read: dict[str, list[str]] = defaultdict(list)
    for judgement in preview_version(version, "production", "planning of gates", world.move(days=60)):
        read[judgement.control].append(gate_table([judgement])[-1].replace("\\", ""))
    return {control: "\n".join(lines) for control, lines in read.items()}


def _passed(read: Submission) -> list[QualityReport]:
    """Return reports of passed suites: Great Expectations takes seconds, and no attempt here is about it."""
    return [
        QualityReport(
            role=role, suite=role, outcome="passed", rows=facts.rows, row_floor=0, deciding=9, parameters={},
            expectations=(),
        )
        for role, facts in read.datasets.items()
    ]  # fmt: skip
