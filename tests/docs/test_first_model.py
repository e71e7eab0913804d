"""`docs/first-model.md` does what it says: a reader's terminal, real commands, a phone, and a real Prefect server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyotp
import pytest

from tests.docs.terminal import Running, Terminal
from tests.docs.written_page import Block, entries, missing, read_page, save

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-model.md"
BLOCKS = read_page(PAGE)
SEED = re.compile(r"(\w+) scans this with an authenticator app, or types: ([A-Z2-7 ]+)")
TO_CONFIRM = re.compile(r"\btype ([0-9a-f]{8}), the end of")
NOBODY_ASKS = "no run waits for an answer"
SECONDS = 120.0


class Phone:
    """Everybody's authenticator app: it learns the seeds it is shown, and gives each code once."""

    def __init__(self) -> None:
        self._seeds: dict[str, str] = {}
        self._given: dict[str, str] = {}

    def scan(self, shown: str) -> None:
        for person, seed in SEED.findall(shown):
            self._seeds[person] = seed.replace(" ", "")

    def code(self, person: str) -> str:
        """The code shown now; after one that was used, the next."""
        deadline = time.monotonic() + SECONDS
        totp = pyotp.TOTP(self._seeds[person])
        while (code := totp.now()) == self._given.get(person):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        self._given[person] = code
        return code


class Reader:
    """Works through the page: saves, types, answers, and compares what is shown with what the page shows."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.terminal = Terminal(folder, environment)
        self.phone = Phone()
        self.waiting: Running | None = None
        self.shown = ""
        self.entries: Mapping[str, str] = {}

    def take(self, block: Block, after: Block | None) -> None:
        """Do what one block says; `after` is the block below it."""
        self.entries = entries(after.text) if after is not None and after.kind == "text" else {}
        if block.kind == "text":
            self._compare(block)
        elif block.kind != "sh":
            save(block, self.terminal.directory)
        elif block.about == "waits":
            self.waiting = self.terminal.start(block.text)
        elif block.about == "answers":
            self._answer_waiting(block)
        elif block.about != "install":
            code, self.shown = self.terminal.run(block.text, self._answer)
            assert code in ((1, 2) if block.about == "refused" else (0,)), self.shown
            self.phone.scan(self.shown)

    def _compare(self, block: Block) -> None:
        if block.about == "done":
            assert self.waiting is not None
            code, self.shown = self.waiting.wait(self._answer)
            assert code == 0, self.shown
            self.waiting = None
        lost = missing(block.text, self.shown)
        assert not lost, f"line {block.line} of the page shows {lost[0]!r}; it was\n{self.shown}"

    def _answer_waiting(self, block: Block) -> None:
        """Answer once the run asks: a person would have been told, or would look again."""
        deadline = time.monotonic() + SECONDS
        code, self.shown = self.terminal.run(block.text, self._answer)
        while NOBODY_ASKS in self.shown or "there is no" in self.shown:
            assert time.monotonic() < deadline, self.shown
            code, self.shown = self.terminal.run(block.text, self._answer)
        assert code == 0, self.shown

    def _answer(self, title: str, shown: str) -> str:
        """What the person types: the page's own words, the digest that is shown, a code, or Enter for the default."""
        if title.startswith("One-time code of "):
            return self.phone.code(title.rpartition(" ")[2])
        if "digest" in title:
            return TO_CONFIRM.findall(shown)[-1]
        return self.entries.get(title, "")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with an empty home, this house's commands on the path, and free ports; all is down afterwards."""
    home = tmp_path / "reader"
    home.mkdir()
    environment = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "MODELWARD_PREFECT_PORT": "0",
        "MODELWARD_EVIDENCE_PORT": "0",
    }
    reader = Reader(tmp_path, environment)
    try:
        yield reader
    finally:
        if reader.waiting is not None:
            reader.waiting.end()
        if (reader.terminal.directory / "var").is_dir():
            down = ["modelward", "down"]
            subprocess.run(down, cwd=reader.terminal.directory, env=environment, check=False, timeout=120)


@pytest.mark.timeout(1_200)  # eight runs on a server, and codes that count once
def test_the_page_works_as_it_is_written(reader: Reader) -> None:
    for block, after in zip(BLOCKS, [*BLOCKS[1:], None], strict=True):
        reader.take(block, after)


def test_a_retrain_takes_three_typed_things_and_a_model_at_most_fifteen_fields() -> None:
    typed = [block for block in BLOCKS if block.about == "eights/version.yaml"]
    assert [len(block.text.splitlines()) for block in typed] == [3, 3]
    filled = next(block for block in BLOCKS if block.about == "eights/model.yaml")
    assert len(re.findall(r"^\s*\w+:(?= \S)", filled.text, re.MULTILINE)) <= 15
