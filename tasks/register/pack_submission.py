"""Pack a submission folder into the inbox, where every worker can read it."""

from __future__ import annotations

from pathlib import Path

from data.files.home import Home
from data.submission.delivery import deliver


def pack_submission(submission: str, submitter: str) -> str:
    """Return the digest of a submission in the inbox.

    A folder is packed first; a digest is returned unchanged. Raises SubmissionError when the folder cannot be packed.
    """
    folder = Path(submission)
    return deliver(folder, Home.here(), submitter) if folder.is_dir() else submission
