"""Measure how long a person needs for `docs/first-model.md`, from a clean clone to its last line.

    python benchmarks/work_through_page.py              # about ten minutes, at a person's pace
    python benchmarks/work_through_page.py --at-once    # the machine's part only

The repository is cloned and installed, and every step of the page is done in the clone: real commands in a
pseudo-terminal, a real server, the forms in Chromium. The benchmark sleeps for the time that a person needs to read and
type. While a command runs, the person scans the codes that it shows and reads on to the next step.

Eyes: every word of the page's sentences at 238 words a minute, the mean of silent reading of non-fiction in English
(Brysbaert 2019, doi:10.1016/j.jml.2019.104047); commands, output and forms are read at twice that speed.
Hands: the operators of the keystroke-level model (Card, Moran & Newell 1980, doi:10.1145/358886.358895): a key at 40
words a minute 0.28 s, a point 1.1 s, a press of the button 0.1 s, homing 0.4 s, mental preparation 1.35 s; and 10 s for
each QR code, which is not part of that model.

The exit code is 0 if the whole took ten minutes or less.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.opened_chromium import opened  # noqa: E402
from tests.browser.watched_page import Visit, WatchedPage  # noqa: E402
from tests.docs.reader import Pace, Reader  # noqa: E402
from tests.docs.written_page import Block, read_page  # noqa: E402

PAGE = Path("docs") / "first-model.md"
LIMIT_SECONDS = 600.0
READ, LOOKED_OVER = 238 / 60, 2 * 238 / 60
KEY, POINT, PRESS, HOME, THINK = 0.28, 1.1, 0.1, 0.4, 1.35
CLICK = POINT + PRESS
COPY = 2 * CLICK + 2 * KEY
PASTE_IN_TERMINAL = THINK + COPY + CLICK + 3 * KEY + 2 * HOME
CHANGE_FILE = (THINK + 2 * CLICK) + (THINK + COPY) + (CLICK + 2 * CLICK) + 4 * KEY + 2 * HOME
OPEN_FORM = 2 * THINK + 4 * CLICK + 2 * HOME
NEXT_FIELD = THINK + 2 * KEY
SCAN_CODE, CODE_LENGTH = 10.0, 8
HANDS = {"sh": PASTE_IN_TERMINAL, "yaml": CHANGE_FILE, "form": OPEN_FORM, "text": 0.0}


class TimedPerson(Pace):
    """A person who reads and types; records the time of eyes, hands and machine by section of the page."""

    def __init__(self, at_once: bool) -> None:
        self.spent: Counter[tuple[str, str]] = Counter()
        self.section = "the beginning"
        self._at_once, self._began = at_once, time.monotonic()
        self._scans = 0

    def begins(self, block: Block) -> None:
        for line in block.before.splitlines():
            if line.startswith("## "):
                self._machine()
                self.section = line.removeprefix("## ")
        ahead = self._machine()
        for what, seconds in (
            ("hands", SCAN_CODE * self._scans),
            ("eyes", _words(block.before) / READ + _words(block.text) / LOOKED_OVER),
        ):
            self._take(what, max(0.0, seconds - ahead))
            ahead = max(0.0, ahead - seconds)
        self._scans = block.text.count("people enrol")
        self._take("hands", HANDS[block.kind])

    def reads(self, text: str) -> None:
        self._machine()
        self._take("eyes", _words(text) / LOOKED_OVER)

    def enters(self, value: str) -> None:
        self._machine()
        self._take("hands", NEXT_FIELD + KEY * (len(value) if value != "…" else CODE_LENGTH))

    def ends(self) -> None:
        """Record the time that the machine took since the last action of the person."""
        self._machine()

    def _take(self, what: str, seconds: float) -> None:
        if not self._at_once:
            time.sleep(seconds)
            self.spent[self.section, what] += seconds
        self._began = time.monotonic()

    def _machine(self) -> float:
        """Return the seconds that the machine took since the last action of the person."""
        passed = time.monotonic() - self._began
        self.spent[self.section, "machine"] += passed
        self._began = time.monotonic()
        return passed


def _words(text: str) -> int:
    return len(text.split())


@contextmanager
def browser(folder: Path) -> Iterator[Visit]:
    """Yield a function that opens a page in a Chromium with its own home."""
    with opened(folder) as chromium:

        def visit() -> WatchedPage:
            return WatchedPage(chromium.new_context(viewport={"width": 1280, "height": 900}), folder)

        yield visit


def work_through(folder: Path, person: TimedPerson) -> None:
    """Do every step of the page in a clone of the last commit, then end every started process."""
    clone = folder / "modelward"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environment = {
        "HOME": str(folder),
        "PATH": f"{clone / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "MODELWARD_PREFECT_PORT": "0",
        "MODELWARD_EVIDENCE_PORT": "0",
    }
    blocks = read_page(clone / PAGE)
    with browser(folder) as visit:
        reader = Reader(folder, environment, visit, person)
        try:
            for block, after in zip(blocks, [*blocks[1:], None], strict=True):
                reader.take(block, after)
                if block.about == "install":
                    subprocess.run(["make", "--silent", "install"], cwd=clone, env=environment, check=True)
            person.ends()
        finally:
            if reader.waiting is not None:
                reader.waiting.end()
            subprocess.run(["modelward", "down"], cwd=folder / "first", env=environment, check=False)


def show(person: TimedPerson) -> float:
    """Print the times as a table and return the total in seconds."""
    sections = list(dict.fromkeys(section for section, _ in person.spent))
    parts = ("eyes", "hands", "machine")
    print(f"{'':40}" + "".join(f"{part:>9}" for part in parts) + f"{'all':>9}")
    for section in sections:
        seconds = [person.spent[section, part] for part in parts]
        print(f"{section:40}" + "".join(f"{one:8.0f}s" for one in [*seconds, sum(seconds)]))
    totals = [sum(person.spent[section, part] for section in sections) for part in parts]
    print(f"{'':40}" + "".join(f"{one:8.0f}s" for one in [*totals, sum(totals)]))
    return sum(totals)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", action="store_true", help="the machine's part only, no reading and typing")
    person = TimedPerson(parser.parse_args().at_once)
    with tempfile.TemporaryDirectory(prefix="first-model-") as folder:
        work_through(Path(folder), person)
    whole = show(person)
    print(f"load average {os.getloadavg()[0]:.1f}; {whole / 60:.1f} minutes, at most {LIMIT_SECONDS / 60:.0f}")
    return 0 if whole <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
