"""Read a packed submission and check everything that can be checked without the registry."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.files.home import Home
from data.submission import folder as submitted
from data.submission.delivery import delivered_provenance, open_delivery
from data.submission.folder import Submission
from tasks.register.check_rules import check_rules


@task(name="read submission", cache_policy=NO_CACHE, persist_result=False)
def read_submission(digest: str, into: Path) -> Submission:
    """Unpack into an empty folder and read. Raises InputError or ArtifactError with every problem at once."""
    home = Home.here()
    folder = open_delivery(home, digest, into)
    return submitted.read_submission(folder, digest, delivered_provenance(home, digest), check_rules)
