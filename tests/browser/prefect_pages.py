"""Operate Prefect's pages as a person does: start a run, find one that waits, read its form, answer it.

pages = PrefectPages(visit(), up.status["ui_url"])
pages.open_run(run_id)
form = pages.open_form()                       three dots, Resume
pages.fill(form, {"Your id on the roster": "alma", "Decision": "approve", ...})
pages.send(form)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from httpx import codes
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.browser.watched_page import PATIENCE_MS, WatchedPage

LONG_MS = 4 * PATIENCE_MS
TRIES = 10
LOADS, LOAD_MS = 2, PATIENCE_MS / 2
PREFECTS_OWN = (
    "violates the following Content Security Policy directive",
    "violates the document's Content Security Policy",
    "'script-src' was not explicitly set",
    "/favicon",
    ".svg",
    "/assets/vendor-pixi",
    "/assets/flow-run-graph",
    "/api/task_runs/filter",
    "/api/admin/version",
    "status of 503",
    ": 503",
)
"""Parts of the faults that Prefect's own pages always have: requests for missing files and for a forbidden service,
errors of the run graph while a run continues, the version, which a page may request before it has read the login, and
a server that is too busy for a moment (503)."""


class PrefectPages:
    """A browser of one person at Prefect's pages."""

    def __init__(self, watched: WatchedPage, ui_url: str) -> None:
        self.watched, self.page, self._ui_url = watched, watched.page, ui_url

    @property
    def faults(self) -> list[str]:
        """Return the faults of the page, without those that every page of Prefect has."""
        return [one for one in self.watched.faults if not any(known in one for known in PREFECTS_OWN)]

    def log_in(self, login: str) -> None:
        """Log in on the page that asks for it; its one field takes `name:password`."""
        self.page.get_by_placeholder("admin:pass").fill(login)
        self.page.get_by_role("button", name="Login").click()

    def open_deployment(self, name: str) -> None:
        """Open the page of a deployment from the list of deployments."""
        self._go(f"{self._ui_url}/deployments")
        self.page.get_by_role("link", name=name, exact=True).first.click()
        expect(self.page.get_by_role("button", name="Run", exact=True)).to_be_visible()

    def open_run_form(self) -> Locator:
        """Open the form of a deployment's parameters: Run, Custom run."""
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        expect(self.page.get_by_role("button", name="Submit")).to_be_enabled()
        return self.page.locator("form")

    def open_run(self, run_id: str) -> None:
        """Open the page of a run."""
        self._go(f"{self._ui_url}/runs/flow-run/{run_id}")

    def open_runs(self) -> None:
        """Open the list of runs."""
        self._go(f"{self._ui_url}/runs")

    def find_run(self, name: str) -> None:
        """Open the page of a run from the list of runs."""
        self.open_runs()
        self.page.get_by_placeholder("Search by flow run name").fill(name)
        # The page writes the search into its address a moment later; on the page of a run, that address is an error.
        self.page.wait_for_url(lambda url: "flow-run-search" in urlsplit(url).query)
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def await_state(self, state: str) -> None:
        """Wait until the page, which refreshes itself, shows this state of the run."""
        expect(self.page.locator("main").get_by_text(state, exact=True).first).to_be_visible(timeout=LONG_MS)

    def open_form(self) -> Locator:
        """Open the form of a run that waits for a person, and return it."""
        self.page.get_by_role("main").get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name="Resume").click()
        form = self.page.get_by_role("dialog")
        expect(form.get_by_label("One-time code")).to_be_visible()
        return form

    def fill(self, form: Locator, values: Mapping[str, str]) -> None:
        """Enter values by the labels of the fields; `Decision` is chosen from its list."""
        for label, value in values.items():
            choice = form.get_by_role("button", name=f"Select {label}")
            if choice.count():
                choice.click()
                self.page.get_by_role("option", name=value, exact=True).click()
            else:
                form.get_by_label(re.compile(rf"^{re.escape(label)}( \(Optional\))?$")).fill(value)

    def start(self, form: Locator) -> None:
        """Submit the form of a new run."""
        self._press(form.get_by_role("button", name="Submit"), "/create_flow_run")

    def send(self, form: Locator) -> None:
        """Resume the waiting run with the values entered, and wait until its form closes."""
        self._press(form.get_by_role("button", name="Resume"), "/resume")
        expect(form).to_be_hidden()

    def _go(self, address: str) -> None:
        """Open a page; load it again if it does not appear, as a person would."""
        for _ in range(LOADS):
            with suppress(TooLate):
                self.page.goto(address, timeout=LOAD_MS)
                return
        self.page.goto(address)

    def _press(self, button: Locator, asks: str) -> None:
        """Press a button; press it again if the page says that the server was too busy."""
        for _ in range(TRIES):
            with self.page.expect_response(lambda reply: urlsplit(reply.url).path.endswith(asks)) as reply:
                button.click()
            if reply.value.status != codes.SERVICE_UNAVAILABLE:
                break
        expect(button).to_be_hidden()
