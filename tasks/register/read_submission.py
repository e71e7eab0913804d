"""Read a packed submission and run every check that does not need the registry."""

from __future__ import annotations

from pathlib import Path

from data.files.home import Home
from data.submission import folder as submitted
from data.submission.delivery import delivered_provenance, open_delivery
from data.submission.folder import Submission
from tasks.register.check_rules import PLAN_CHECKS
from tasks.register.pack_submission import pack_submission
from tasks.run.take_steps import name_step, step


@step("read submission")
def read_submission(submission: str, submitter: str, into: Path) -> Submission:
    """Unpack a submission into the empty folder `into`, read it and check it.

    `submission` is a folder, which is packed first, or the digest of a packed submission. Raises InputError or
    ArtifactError with all faults at once.
    """
    home, digest = Home.here(), pack_submission(submission, submitter)
    folder = open_delivery(home, digest, into)
    read = submitted.read_submission(folder, digest, delivered_provenance(home, digest), PLAN_CHECKS)
    rows = ", ".join(f"{facts.rows:,} {role} rows" for role, facts in read.datasets.items())
    name_step(f"read submission: {rows or 'no dataset'}", model=read.model.key, submission=digest)
    return read
