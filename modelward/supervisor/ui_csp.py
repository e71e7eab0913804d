"""A Content-Security-Policy in Prefect's pages: they load from this machine only, and send nothing to another one.

Even with analytics switched off, Prefect's newer interface asks a service on the internet for its analytics settings
whenever a page is opened, and an image address in somebody's text would be fetched from there. No setting of Prefect
prevents that; the policy does, and the browser enforces it.
"""

from __future__ import annotations

from pathlib import Path

from data.errors import SupervisorError
from data.files.durable_file import write_durably

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; base-uri 'self'; form-action 'self'"
HEAD = b"<head>"
RULE = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'.encode()


def add_policy(folder: Path) -> list[Path]:
    """Add the policy to each of Prefect's pages under its PREFECT_SERVER_UI_STATIC_DIRECTORY; returns the pages.

    A page that has it is not changed. Raises SupervisorError when there is no page, or one without a <head>.
    """
    pages = sorted(folder.glob("*/index.html"))
    if not pages:
        raise SupervisorError(f"Prefect has no pages in {folder}, so their policy could not be added")
    for page in pages:
        _add(page)
    return pages


def _add(page: Path) -> None:
    content = page.read_bytes()
    if RULE in content:
        return
    if HEAD not in content:
        raise SupervisorError(f"{page} has no <head>, so its policy could not be added")
    write_durably(page, content.replace(HEAD, HEAD + RULE, 1))
