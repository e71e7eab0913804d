"""Register model: turn a submission folder into a registered version, with its data checked and its reference fixed."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from prefect import flow

from tasks.register.build_reference import build_reference
from tasks.register.check_against_registry import check_against_registry
from tasks.register.check_quality import check_datasets
from tasks.register.compare_datasets import compare_datasets
from tasks.register.read_submission import read_submission
from tasks.register.record_registration import record_registration
from tasks.register.store_artifact import store_artifact
from tasks.run.name_run import this_run
from tasks.run.record_in_step import recorded_in
from tasks.run.record_refusal import refusals_recorded
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import display_name, rename_run, titled

ATTEMPT = "register model"


@flow(name="register model", flow_run_name=titled("register {submission}"), persist_result=False)
def register_model(submission: str, as_of: datetime | None = None) -> str:
    """Register a submission and return the key of the version.

    A submission that is already registered returns the version it became. Raises InputError or RefusedError, after
    recording it; nothing is registered partially.

    Args:
        submission: A folder on the worker's machine, or the digest of a submission that `modelward register` packed.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context, steps = this_run(as_of), Steps()
    with tempfile.TemporaryDirectory(prefix="modelward-") as folder:
        with refusals_recorded(ATTEMPT, "registry", context, record=recorded_in(steps)):
            read = steps.take(read_submission, submission, context.actor.id, Path(folder))
        with refusals_recorded(ATTEMPT, read.model.key, context, record=recorded_in(steps)):
            facts = steps.take(check_against_registry, read)
            if facts.registered_as is not None:
                return store_result(facts.registered_as)
            environment = steps.take(store_artifact, read)
            quality = steps.take(check_datasets, read)
            overlap = steps.take(compare_datasets, read)
            reference = steps.take(build_reference, read)
        digests = {"environment": environment, "reference": reference}
        key = steps.take(record_registration, read, facts, quality, overlap, digests, context)
        rename_run(f"register {display_name(key)}")
        return store_result(key)
