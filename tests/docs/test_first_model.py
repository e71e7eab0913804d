"""`docs/first-model.md` works as written, with a real terminal, browser and Prefect server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.watched_page import Visit
from tests.docs.reader import Reader
from tests.docs.written_page import read_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-model.md"
BLOCKS = read_page(PAGE)


@pytest.fixture
def reader(tmp_path: Path, visit: Visit) -> Iterator[Reader]:
    """A reader with an empty home, this checkout's commands on the path and free ports; stopped afterwards."""
    home = tmp_path / "reader"
    home.mkdir()
    (tmp_path / "modelward").symlink_to(ROOT)
    environment = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "MODELWARD_PREFECT_PORT": "0",
        "MODELWARD_EVIDENCE_PORT": "0",
    }
    reader = Reader(tmp_path, environment, visit)
    try:
        yield reader
    finally:
        if reader.waiting is not None:
            reader.waiting.end()
        if (reader.terminal.directory / "var").is_dir():
            down = ["modelward", "down"]
            subprocess.run(down, cwd=reader.terminal.directory, env=environment, check=False, timeout=120)


@pytest.mark.timeout(1_200)  # eight runs on a server, and waits for new one-time codes
@pytest.mark.long
def test_the_page_works_as_written(reader: Reader) -> None:
    for block, after in zip(BLOCKS, [*BLOCKS[1:], None], strict=True):
        reader.take(block, after)


def test_a_retrain_needs_three_fields_and_a_model_at_most_fifteen() -> None:
    (typed,) = [block for block in BLOCKS if block.about == "eights/version.yaml"]
    assert len(typed.text.splitlines()) == 3
    filled = next(block for block in BLOCKS if block.about == "eights/model.yaml")
    assert len(re.findall(r"^\s*\w+:(?= \S)", filled.text, re.MULTILINE)) <= 15
