"""A reader who works through a page: types, fills in, answers in a browser or a terminal, compares the output.

The info string of a fenced block of the page says what the reader does with it:

    ```sh               typed, and ends well            ```sh refused   its last command is refused
    ```sh waits         goes on while others act        ```sh answers   typed by the person who is waited for
    ```form ben         filled in by ben in a browser, in the run that waits
    ```text             shown by what was typed last    ```text waits   by what goes on    ```text done   at its end
    ```yaml FILE        fields of a file are filled in
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pyotp
from playwright.sync_api import Locator

from tests.browser.prefect_pages import PrefectPages
from tests.browser.watched_page import Visit
from tests.docs.terminal import RunningBlock, Terminal
from tests.docs.written_page import Block, entries, fill_in, missing

SEED = re.compile(r"(\w+) must scan this with an authenticator app, or type in: ([A-Z2-7 ]+)")
TO_CONFIRM = re.compile(r"\btype ([0-9a-f]{8}), the end of")
RUN = re.compile(r"the running server has the run: (?P<ui>\S+)/runs/flow-run/(?P<id>[0-9a-f-]+)")
ON_THE_ROSTER, SUSPENDED = "Your id on the roster", "the run waits for people"
NOBODY_ASKS = "no run waits for this answer"
SECONDS = 120.0


class Phone:
    """The authenticator app of all people: it stores the seeds that it scans, and gives each code only once."""

    def __init__(self) -> None:
        self._seeds: dict[str, str] = {}
        self._given: dict[str, str] = {}

    def scan(self, shown: str) -> None:
        for person, seed in SEED.findall(shown):
            self._seeds[person] = seed.replace(" ", "")

    def code(self, person: str) -> str:
        """Return the code shown now; if it was given before, wait for the next one."""
        deadline = time.monotonic() + SECONDS
        totp = pyotp.TOTP(self._seeds[person])
        while (code := totp.now()) == self._given.get(person):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        self._given[person] = code
        return code


class Pace:
    """The speed of the reader: no pauses here; a subclass may add them."""

    def begins(self, block: Block) -> None:
        """Called when the reader comes to a block, before its action."""

    def reads(self, text: str) -> None:
        """Called when the reader reads a text that is not on the page, such as a form."""

    def enters(self, value: str) -> None:
        """Called when the reader enters a value in a field."""


class Reader:
    """A reader who processes a page block by block, at a pace."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        visit: Visit,
        pace: Pace = Pace(),  # noqa: B008
    ) -> None:
        self.terminal = Terminal(folder, environment)
        self.phone = Phone()
        self.waiting: RunningBlock | None = None
        self.shown = ""
        self._visit, self._pace = visit, pace
        self._entries: Mapping[str, str] = {}

    def take(self, block: Block, after: Block | None) -> None:
        """Do what one block says; `after` is the block below it."""
        self._pace.begins(block)
        self._entries = entries(after.text) if after is not None and after.kind == "text" else {}
        acts = {"text": self._compare, "form": self._fill_in_form, "sh": self._type, "yaml": self._fill_in_file}
        acts[block.kind](block)

    def _fill_in_file(self, block: Block) -> None:
        fill_in(block, self.terminal.directory)

    def _type(self, block: Block) -> None:
        if block.about == "waits":
            self.waiting = self.terminal.start(block.text)
        elif block.about == "answers":
            self._answer_waiting(block)
        elif block.about != "install":
            code, self.shown = self.terminal.run(block.text, self._answer)
            assert code in ((1, 2) if block.about == "refused" else (0,)), self.shown
            self.phone.scan(self.shown)

    def _compare(self, block: Block) -> None:
        if block.about == "waits":
            assert self.waiting is not None
            self.shown = self.waiting.watch(lambda shown: missing(block.text, shown))
        elif block.about == "done":
            assert self.waiting is not None
            code, self.shown = self.waiting.wait(self._answer)
            assert code == 0, self.shown
            self.waiting = None
        lost = missing(block.text, self.shown)
        assert not lost, f"line {block.line} of the page shows {lost[0]!r}; it was\n{self.shown}"

    def _fill_in_form(self, block: Block) -> None:
        """Fill in the form of the waiting run in a browser, at the address that the terminal showed."""
        assert self.waiting is not None
        shown = self.waiting.watch(lambda shown: [] if SUSPENDED in shown else [SUSPENDED])
        run = list(RUN.finditer(shown))[-1]
        pages = PrefectPages(self._visit(), run["ui"])
        pages.open_run(run["id"])
        form = pages.open_form()
        self._pace.reads(seen(form))
        for title, value in {ON_THE_ROSTER: block.about, **entries(block.text)}.items():
            self._pace.enters(value)
            pages.fill(form, {title: self._entry(form, title, value, block.about)})
        pages.send(form)
        assert (pages.watched.outside, pages.faults) == ([], [])
        pages.watched.close()

    def _entry(self, form: Locator, title: str, value: str, person: str) -> str:
        """Return the value to enter: from the page, from the phone, or from the form."""
        if title == "One-time code":
            return self.phone.code(person)
        if "digest" in title:
            return form.get_by_role("row", name="To confirm").locator("code").first.inner_text()
        return value

    def _answer_waiting(self, block: Block) -> None:
        """Answer as soon as the run asks; until then try again, as a person would."""
        deadline = time.monotonic() + SECONDS
        code, self.shown = self.terminal.run(block.text, self._answer)
        while NOBODY_ASKS in self.shown or "there is no" in self.shown:
            assert time.monotonic() < deadline, self.shown
            code, self.shown = self.terminal.run(block.text, self._answer)
        assert code == 0, self.shown

    def _answer(self, title: str, shown: str) -> str:
        """Return what the person types: the text on the page, the digest shown, a code, or Enter for the default."""
        self._pace.enters(self._entries.get(title, ""))
        if title.startswith("One-time code of "):
            return self.phone.code(title.rpartition(" ")[2])
        if "digest" in title:
            return TO_CONFIRM.findall(shown)[-1]
        return self._entries.get(title, "")


def seen(form: Locator) -> str:
    """Return the text of a form without the labels for screen readers."""
    text = form.inner_text()
    for label in form.locator(".sr-only").all_inner_texts():
        text = text.replace(label, "", 1)
    return text
