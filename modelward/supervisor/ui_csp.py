"""Add a Content-Security-Policy to the Prefect UI: its pages load from and send to this machine only.

Even with analytics switched off, each page of Prefect's new interface asks a service on the internet for analytics
settings, and the browser would fetch images whose addresses are in a person's text. No setting of Prefect prevents
these requests. The policy does, because the browser enforces it.
"""

from __future__ import annotations

from pathlib import Path

from data.errors import SupervisorError
from data.files.durable_file import write_durably
from data.files.file_access import restrict_tree

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; base-uri 'self'; form-action 'self'"
HEAD = b"<head>"
REMEDY = "run `make install`, which installs the required Prefect version, then `modelward up`"
RULE = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'.encode()


def add_policy(folder: Path) -> list[Path]:
    """Add the policy to each page of the Prefect UI in a folder, and return the pages.

    A page that has the policy is not changed. Access of other users to the folder is removed. Raises SupervisorError
    for a folder without pages, and for a page without <head>.
    """
    pages = sorted(folder.glob("*/index.html"))
    if not pages:
        raise SupervisorError(
            f"{folder} contains no page of the Prefect UI, so no Content-Security-Policy could be added", REMEDY
        )
    for page in pages:
        _add(page)
    restrict_tree(folder)  # Prefect copied the modes of its installation
    return pages


def _add(page: Path) -> None:
    content = page.read_bytes()
    if RULE in content:
        return
    if HEAD not in content:
        raise SupervisorError(f"{page} has no <head>, so no Content-Security-Policy could be added", REMEDY)
    write_durably(page, content.replace(HEAD, HEAD + RULE, 1))
