"""Store a submission's artifact, documents and environment under their digests."""

from __future__ import annotations

from data.errors import DigestMismatchError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.submission.folder import Submission
from tasks.run.take_steps import name_step, step


@step("store artifact")
def store_artifact(submission: Submission) -> str | None:
    """Store the bytes; return the digest of the environment, or None when the submission has none.

    Raises DigestMismatchError when the artifact changed after the submission was read.
    """
    store = ArtifactStore(Home.here().artifacts)
    artifact = submission.artifact
    kept = store.put_file(artifact.file) if artifact.file is not None else store.put(artifact.pin)
    if kept != artifact.record.digest:
        raise DigestMismatchError(
            f"the artifact changed during the registration: its digest is {kept}, expected {artifact.record.digest}",
            "leave the folder unchanged, and register it again",
        )
    name_step(f"store {artifact.record.kind} {kept.removeprefix('sha256:')[:12]}", digest=kept)
    for document in submission.documents:
        store.put(document.text.encode())
    return store.put(submission.environment.content) if submission.environment.content is not None else None
