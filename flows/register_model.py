"""Register model: from a folder on disk to a registered version, with its data checked and its reference fixed."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from prefect import flow

from tasks.register.build_reference import build_reference
from tasks.register.check_quality import check_datasets
from tasks.register.check_standing import check_standing
from tasks.register.read_submission import read_submission
from tasks.register.record_registration import record_registration
from tasks.register.store_artifact import store_artifact
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.record_refusal import refusals_recorded
from tasks.run.take_steps import Steps
from tasks.run.title_run import rename_run, spoken_name, titled

ATTEMPT = "register model"


@flow(name="register model", flow_run_name=titled("register {submission}"), persist_result=False)
def register_model(submission: str, as_of: datetime | None = None) -> str:
    """Register a submission, a folder or the digest of a packed one; answers with the version's key.

    The same submission again is answered with the version it became. Raises InputError or RefusedError, recorded
    before they are raised; nothing is half done then.

    Args:
        submission: A folder that the worker's machine has, or the digest under which `modelward register` packed one.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    context, steps = this_run(as_of), Steps()
    with tempfile.TemporaryDirectory(prefix="modelward-") as folder:
        with refusals_recorded(ATTEMPT, "registry", context):
            read = steps.take(read_submission, submission, context.actor.id, Path(folder))
        with refusals_recorded(ATTEMPT, read.model.key, context):
            standing = steps.take(check_standing, read)
            if standing.known is not None:
                return leave_answer(standing.known)
            environment = steps.take(store_artifact, read)
            quality = steps.take(check_datasets, read)
            reference = steps.take(build_reference, read)
        digests = {"environment": environment, "reference": reference}
        key = steps.take(record_registration, read, standing, quality, digests, context)
        rename_run(f"register {spoken_name(key)}")
        return leave_answer(key)
