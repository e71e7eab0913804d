"""Prefect's pages, closed to the outside: what they load comes from this machine, and nothing goes to another.

With its analytics switched off Prefect's newer interface still asks a service on the internet for settings of its
analytics whenever a page is opened, and a picture named in somebody's text would be fetched from wherever it says.
No setting stops that; a Content-Security-Policy in the pages does, and the browser enforces it.
"""

from __future__ import annotations

from pathlib import Path

from data.errors import SupervisorError
from data.files.durable_file import write_durably

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; base-uri 'self'; form-action 'self'"
HEAD = b"<head>"
RULE = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'.encode()


def close_pages(folder: Path) -> list[Path]:
    """Put the policy into each of Prefect's pages under its PREFECT_SERVER_UI_STATIC_DIRECTORY; answers which.

    A page that has it stays as it is. Raises HouseError when there is no page, or one that could not take it.
    """
    pages = sorted(folder.glob("*/index.html"))
    if not pages:
        raise SupervisorError(f"Prefect keeps no pages in {folder}, so they could not be closed to the outside")
    for page in pages:
        _close(page)
    return pages


def _close(page: Path) -> None:
    written = page.read_bytes()
    if RULE in written:
        return
    if HEAD not in written:
        raise SupervisorError(f"{page} has no <head>, so it could not be closed to the outside")
    write_durably(page, written.replace(HEAD, HEAD + RULE, 1))
