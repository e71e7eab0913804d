"""Run health checks, each with a remedy: packages, home, keys, registry, notices, supervisor and Prefect."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import httpx
from packaging.requirements import Requirement

from data.audit.journal import RECOVER_JOURNAL
from data.audit.keys import LOG_KEY, RECOVERY_KEY
from data.errors import ModelwardError
from data.files.exposure import exposure_of
from data.files.home import Home
from data.files.served_folder import served_access
from data.files.writability import LEAST_FREE_BYTES, folder_fault, free_bytes, written_folders
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.delivery import count_given_up
from data.notices.outbox import Outbox
from data.queries.log_state import LogState, anchor_states, journal_size, log_state
from data.queries.rows import rows
from data.records.deployment import Operation
from data.records.log import Standard
from data.records.names import short
from data.registry.registry import Registry
from data.settings import read_settings
from gates.standard import newer_builtins
from modelward.runs.open_differences import SEE_INCIDENTS, difference_lines
from modelward.supervisor.direct_access import is_loopback
from modelward.supervisor.health import health

CheckState = Literal["ok", "warn", "fail"]
SOON_FULL_BYTES = 16 * LEAST_FREE_BYTES
"""Free space below which the disk is soon full: a warning, while writes still succeed."""


@dataclass(frozen=True)
class Check:
    """The result of one check: its state, what was observed, and the remedy, which is empty when the state is `ok`."""

    name: str
    state: CheckState
    observed: str
    remedy: str = ""

    @property
    def as_json(self) -> dict[str, str]:
        """The result under the keys of `modelward doctor --json`."""
        return {"name": self.name, "state": self.state, "said": self.observed, "remedy": self.remedy}


def diagnose(registry: Registry, prefect_url: str) -> list[Check]:
    """Return the results of all checks, in the order in which faults should be corrected.

    A domain error does not end the checks: it becomes the result of a failed check.
    """
    checks: list[Callable[[], Iterator[Check]]] = [
        _packages,
        lambda: _home(registry.home),
        lambda: _keys(registry.home),
        lambda: _registry(registry),
        lambda: _notices(registry.home),
        lambda: _supervisor(registry.home, prefect_url),
        lambda: _prefect(prefect_url),
    ]
    return [result for check in checks for result in _results_of(check)]


def _results_of(check: Callable[[], Iterator[Check]]) -> list[Check]:
    done: list[Check] = []
    try:
        for result in check():
            done.append(result)  # noqa: PERF402 – results from before an error are kept
    except ModelwardError as error:
        done.append(Check(error.code, "fail", error.what, error.remedy))
    except OSError as error:
        done.append(Check("files", "fail", str(error), "make the home readable and writable for this user"))
    return done


def _packages() -> Iterator[Check]:
    try:
        declared = [Requirement(line) for line in requires("modelward") or ()]
    except PackageNotFoundError:
        yield Check("packages", "warn", "modelward runs from its sources and is not installed", "run `make install`")
        return
    required = [one for one in declared if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = []
    for requirement in required:
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found} is installed, {requirement.specifier} is required")
    if wrong:
        yield Check("packages", "fail", "; ".join(wrong), "run `make install`")
    else:
        prefect, duckdb = version("prefect"), version("duckdb")
        yield Check("packages", "ok", f"all {len(required)} as required; Prefect {prefect}, DuckDB {duckdb}")


def _home(home: Home) -> Iterator[Check]:
    root = home.root
    if not root.exists():
        yield Check("home", "warn", f"{root} does not exist yet", "run `modelward people add`, which creates it")
        return
    places = written_folders(home, [Path(one.place) for one in read_settings().anchors if one.kind == "file"])
    faults = [fault for folder in places if (fault := folder_fault(folder)) is not None]
    for fault in faults:
        yield Check("home", "fail", fault.what, fault.remedy)
    if not faults:
        free = min(free_bytes(folder) for folder in places)
        observed = f"{len(places)} folders are writable, {free >> 20:,} MiB are free"
        remedy = f"free space: below {LEAST_FREE_BYTES >> 20} MiB nothing is recorded"
        yield Check("home", "ok", observed) if free >= SOON_FULL_BYTES else Check("home", "warn", observed, remedy)
    exposure = exposure_of(home, served_access(read_settings()))
    if exposure is None:
        yield Check("file modes", "ok", "other users can read nothing but what the settings share")
    else:
        yield Check("file modes", "fail" if exposure.is_open else "warn", exposure.observed, exposure.remedy)


def _keys(home: Home) -> Iterator[Check]:
    if not home.keys.exists():
        return
    open_to_others = [path for path in (home.keys, *sorted(home.keys.iterdir())) if _others(path)]
    if open_to_others:
        named = ", ".join(str(path) for path in open_to_others)
        remedy = f"run `chmod -R go= {home.keys}`, and find out who could have read the key"
        yield Check("key modes", "fail", f"other users have access to {named}", remedy)
    else:
        yield Check("key modes", "ok", f"only the owner has access to {home.keys}")
    if (home.keys / RECOVERY_KEY).exists():
        where = home.keys / RECOVERY_KEY
        yield Check(
            "recovery key", "warn", f"{where} is on the same host as the signing key", "move it to an offline medium"
        )
    if not (home.keys / LOG_KEY).exists():
        yield Check(
            "signing key", "fail", f"{home.keys / LOG_KEY} is missing", "restore it from its backup with mode 0600"
        )


def _others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _registry(registry: Registry) -> Iterator[Check]:
    home = registry.home
    if not registry.exists:
        lost = registry.is_lost
        remedy = (
            "run `modelward audit rebuild`, which restores it"
            if lost
            else "run `modelward people add`, which creates one"
        )
        yield Check("registry", "fail" if lost else "warn", f"there is no registry at {home.database}", remedy)
        return
    log = log_state(registry)
    yield Check("registry", "ok", f"{log.events} events, clock {log.clock}")
    yield _journal(registry, log)
    yield _anchors(registry, log)
    yield _clock(log)
    yield _operations(registry)
    yield _standards(registry)
    yield _differences(registry)


def _journal(registry: Registry, log: LogState) -> Check:
    known = journal_size(registry)
    if known is None:
        return Check("journal", "fail", f"{registry.home.journal} is missing", RECOVER_JOURNAL)
    if known == log.events:
        return Check("journal", "ok", f"contains all {known} events")
    if known < log.events:
        remedy = "run any command that writes, which adds the missing events"
        return Check("journal", "warn", f"contains {known} of {log.events} events", remedy)
    observed = f"contains {known} events, the registry only {log.events}"
    return Check("journal", "fail", observed, "run `modelward audit verify`")


def _anchors(registry: Registry, log: LogState) -> Check:
    anchors = anchor_states(registry)
    faults = [one.fault for one in anchors if one.fault is not None]
    reached = max((one.events for one in anchors), default=0)
    where = ", ".join(sorted({one.location for one in anchors})) or "none"
    if reached > log.events:
        observed = f"cover {reached} events, the registry has only {log.events}"
        return Check("anchors", "fail", observed, "run `modelward audit verify`")
    if faults:
        return Check("anchors", "fail", "; ".join(error.what for error in faults), faults[0].remedy)
    if not reached:
        return Check("anchors", "fail", "contain no checkpoint", "run `modelward attest`, which writes one")
    if where == "local":
        remedy = "keep a copy of the anchors on another host"
        return Check("anchors", "warn", f"cover {reached} of {log.events} events; assurance: local", remedy)
    return Check("anchors", "ok", f"cover {reached} of {log.events} events; assurance: {where}")


def _clock(log: LogState) -> Check:
    fault = log.clock_fault
    if fault is not None:
        return Check("clock", "fail", fault.what, fault.remedy)
    latest = log.recorded_at[:19]
    return Check("clock", "ok", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC; the latest event was recorded at {latest}")


def _operations(registry: Registry) -> Check:
    running = rows(registry, Operation, state="running")
    if not running:
        return Check("operations", "ok", "none is in progress")
    named = ", ".join(f"{one.kind} of {short(one.model)}" for one in running)
    return Check(
        "operations", "warn", f"in progress: {named}", "run `modelward reconcile` if the process of one has died"
    )


def _standards(registry: Registry) -> Check:
    for newer in newer_builtins(rows(registry, Standard)):
        return Check("standards", "warn", newer.observed, newer.remedy)
    return Check("standards", "ok", "modelward has no higher version of an adopted standard")


def _differences(registry: Registry) -> Check:
    found = difference_lines(registry)
    state: CheckState = "fail" if found else "ok"
    return Check("changed files", state, "; ".join(found) or "no incident is open", SEE_INCIDENTS if found else "")


def _notices(home: Home) -> Iterator[Check]:
    """Check the outbox for unreadable files, the deliveries that were given up, and the delivery channels."""
    if unreadable := Outbox(home.outbox).contents().unreadable:
        yield Check(
            "outbox",
            "warn",
            f"cannot be read as notices: {', '.join(unreadable)}",
            f"read these files in {home.outbox}, then repair or remove them",
        )
    settings = read_settings()
    days = days_of(settings)
    names = [one.name for one in channels_of(settings, {})]
    given_up = count_given_up(Outbox(home.outbox)) if names else 0
    if given_up:
        observed, remedy = (
            f"{given_up} {'delivery was' if given_up == 1 else 'deliveries were'} given up after {days} days",
            "run `modelward notices list`, which shows them, and correct the channel",
        )
        yield Check("notices", "warn", observed, remedy)
    else:
        local = f"no delivery channel is set; notices stay in {home.outbox}"
        yield Check("notices", "ok", f"delivery channels: {', '.join(names)}" if names else local)


def _supervisor(home: Home, prefect_url: str) -> Iterator[Check]:
    """Check what `modelward up` runs for this home. A fault is only a warning, because commands run without it.

    A user who sets PREFECT_API_URL to another Prefect server needs no `modelward up`.
    """
    found = health(home.up, read_settings().prefect_login)
    faults = [f"{name}: {fault}" for name, fault in found.faults.items() if fault]
    if found.stage == "down" and prefect_url:
        yield Check("supervisor", "ok", "`modelward up` is not running; flows run on the server of PREFECT_API_URL")
    elif found.stage == "down":
        observed = "`modelward up` is not running: no schedule runs, and failed deliveries are not retried"
        yield Check("supervisor", "warn", observed, "run `modelward up`")
    elif found.stage == "killed":
        observed = "`modelward up` was killed and left processes running"
        yield Check("supervisor", "warn", observed, "run `modelward down`, which ends them")
    elif found.is_well and not found.held_up:
        yield Check("supervisor", "ok", f"runs as process {found.pid}, at {found.ui_url}")
    else:
        observed = "; ".join([*faults, *found.held_up]) or f"`modelward up` is {found.stage}"
        yield Check("supervisor", "warn", observed, f"run `modelward status`, and read the logs in {home.up / 'logs'}")


def _prefect(url: str) -> Iterator[Check]:
    if not url:
        observed = (
            "PREFECT_API_URL is not set: flows run on the server of `modelward up`, or else in the command's process"
        )
        yield Check("Prefect", "ok", observed)
        return

    try:
        with httpx.Client(base_url=url, timeout=5, trust_env=not is_loopback(url)) as client:
            answer, theirs = client.get("/health"), client.get("/admin/version")
    except httpx.HTTPError as error:
        yield Check("Prefect", "fail", f"{url} does not answer: {error}", "start that server, or unset PREFECT_API_URL")
        return
    if answer.status_code != 200:
        yield Check("Prefect", "fail", f"{url} answers with status {answer.status_code}", "read the log of that server")
        return
    yield _version(url, theirs.text)


def _version(url: str, answer: str) -> Check:
    theirs, ours = str(json.loads(answer)) if answer.startswith('"') else answer.strip(), version("prefect")
    if theirs.rsplit(".", 1)[0] != ours.rsplit(".", 1)[0]:
        return Check(
            "Prefect", "warn", f"{url} has version {theirs}, this host {ours}", "install the same minor version on both"
        )
    return Check("Prefect", "ok", f"{url} answers with version {theirs}")
