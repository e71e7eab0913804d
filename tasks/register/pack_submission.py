"""Pack a submission's folder to the inbox, where any worker can read it."""

from __future__ import annotations

from pathlib import Path

from data.files.home import Home
from data.submission.delivery import deliver


def pack_submission(submission: str, submitter: str) -> str:
    """The digest of a submission in the inbox: a folder is packed first, a digest is answered as it is.

    Raises SubmissionError when the folder cannot be packed.
    """
    folder = Path(submission)
    return deliver(folder, Home.here(), submitter) if folder.is_dir() else submission
