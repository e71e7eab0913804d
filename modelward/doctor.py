"""Health checks with remedies: packages, home, keys, registry, notices, supervisor and Prefect."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import httpx
from packaging.requirements import Requirement

from data.audit.keys import LOG_KEY, RECOVERY_KEY
from data.audit.note import parse_checkpoint
from data.errors import ModelwardError
from data.files.home import Home
from data.notices.channels.configuration import channels_of, days_of
from data.notices.channels.delivery import DeliveryRecords
from data.notices.outbox import Outbox
from data.queries.rows import rows
from data.records.deployment import Operation
from data.records.names import short
from data.registry.audit_log import Head
from data.registry.registry import Registry
from data.settings import read_settings
from modelward.supervisor.health import health

State = Literal["ok", "warn", "fail"]
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One check, what was observed, and what to do when it is not well."""

    name: str
    state: State
    observed: str
    remedy: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """The check under the keys of `modelward doctor --json`."""
        return {"name": self.name, "state": self.state, "said": self.observed, "remedy": self.remedy}


def diagnose(registry: Registry, prefect_url: str) -> list[Check]:
    """Every check, in the order in which a person would correct them. Never raises a domain error."""
    looks: list[Callable[[], Iterator[Check]]] = [
        _packages,
        lambda: _home(registry.home),
        lambda: _keys(registry.home),
        lambda: _registry(registry),
        lambda: _notices(registry.home),
        lambda: _supervisor(registry.home, prefect_url),
        lambda: _prefect(prefect_url),
    ]
    return [check for look in looks for check in _guarded(look)]


def _guarded(look: Callable[[], Iterator[Check]]) -> list[Check]:
    done: list[Check] = []
    try:
        for check in look():
            done.append(check)  # noqa: PERF402 – what was seen before an error still counts
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
            wrong.append(f"{requirement.name} {found} is not {requirement.specifier}")
    if wrong:
        yield Check("packages", "fail", "; ".join(wrong), "run `make install`")
    else:
        prefect, duckdb = version("prefect"), version("duckdb")
        yield Check("packages", "ok", f"{len(required)} as pinned, Prefect {prefect}, DuckDB {duckdb}")


def _home(home: Home) -> Iterator[Check]:
    root = home.root
    if not root.exists():
        yield Check("home", "warn", f"{root} does not exist yet", "`modelward people add` makes it")
        return
    probe = root / f".doctor-{time.time_ns()}"
    probe.write_text("")
    probe.unlink()
    yield Check("home", "ok", f"{root} can be written")


def _keys(home: Home) -> Iterator[Check]:
    if not home.keys.exists():
        return
    open_to_others = [path for path in (home.keys, *sorted(home.keys.iterdir())) if _others(path)]
    if open_to_others:
        named = ", ".join(str(path) for path in open_to_others)
        yield Check(
            "key modes", "fail", f"others can reach {named}", f"`chmod -R go= {home.keys}`, then rotate the key"
        )
    else:
        yield Check("key modes", "ok", f"only their owner can reach {home.keys}")
    if (home.keys / RECOVERY_KEY).exists():
        where = home.keys / RECOVERY_KEY
        yield Check("recovery key", "warn", f"{where} lies beside the key it recovers", "move it to an offline medium")
    if not (home.keys / LOG_KEY).exists():
        yield Check("signing key", "fail", f"{home.keys / LOG_KEY} is missing", "restore it from its backup, mode 0600")


def _others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _registry(registry: Registry) -> Iterator[Check]:
    home = registry.home
    if not registry.exists:
        lost = home.journal.exists()
        remedy = "`modelward audit rebuild`" if lost else "`modelward people add` starts one"
        yield Check("registry", "fail" if lost else "warn", f"there is none at {home.database}", remedy)
        return
    head = registry.head()
    yield Check("registry", "ok", f"{head.size} events, clock {head.clock}")
    yield _journal(registry, head)
    yield _anchors(registry, head)
    yield _clock(head)
    yield _operations(registry)


def _journal(registry: Registry, head: Head) -> Check:
    known = registry.journal.size()
    if known == head.size:
        return Check("journal", "ok", f"holds all {known} events")
    if known < head.size:
        return Check("journal", "warn", f"holds {known} of {head.size} events", "any command that writes catches it up")
    return Check("journal", "fail", f"holds {known} events, the registry only {head.size}", "`modelward audit verify`")


def _anchors(registry: Registry, head: Head) -> Check:
    sizes = [parse_checkpoint(note).size for sink in registry.anchors for note in sink.notes()]
    reached = max(sizes, default=0)
    where = ", ".join(sorted({sink.location for sink in registry.anchors})) or "none"
    if reached > head.size:
        return Check(
            "anchors", "fail", f"prove {reached} events, the registry has {head.size}", "`modelward audit verify`"
        )
    if not reached:
        return Check("anchors", "fail", "hold no checkpoint", "`modelward attest` writes one")
    if where == "local":
        remedy = "keep a copy of the anchors on another host"
        return Check("anchors", "warn", f"prove {reached} of {head.size} events, assurance: local", remedy)
    return Check("anchors", "ok", f"prove {reached} of {head.size} events, assurance: {where}")


def _clock(head: Head) -> Check:
    ahead = datetime.fromisoformat(head.recorded_at) - datetime.now(UTC)
    if ahead > LATE:
        return Check("clock", "fail", f"the newest event was recorded {ahead} in the future", "set this host's clock")
    return Check("clock", "ok", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC; the newest event {head.recorded_at[:19]}")


def _operations(registry: Registry) -> Check:
    running = rows(registry, Operation, state="running")
    if not running:
        return Check("operations", "ok", "none is under way")
    named = ", ".join(f"{one.kind} of {short(one.model)}" for one in running)
    return Check("operations", "warn", f"under way: {named}", "`modelward reconcile` ends those whose process died")


def _notices(home: Home) -> Iterator[Check]:
    """What carries notices further, what it could not deliver, and what lies there that is no notice."""
    if strange := Outbox(home.outbox).contents().unreadable:
        yield Check(
            "outbox", "warn", f"no notices: {', '.join(strange)}", f"look at them in {home.outbox}, remove them"
        )
    settings = read_settings()
    days = days_of(settings)
    names = [one.name for one in channels_of(settings, {})]
    lost = _lost(home) if names else 0
    if lost:
        observed, remedy = (
            f"{lost} could not be delivered within {days} days",
            "`modelward notices list` says which and why",
        )
        yield Check("notices", "warn", observed, remedy)
    else:
        yield Check("notices", "ok", ", ".join(names) or f"stay files in {home.outbox}; nothing is sent")


def _lost(home: Home) -> int:
    outbox = Outbox(home.outbox)
    book = DeliveryRecords(outbox.root)
    accounts = [book.read(one.delivery) for one in outbox.queued_notices()]
    return sum(one.state == "given up" for account in accounts for one in account.values())


def _supervisor(home: Home, prefect_url: str) -> Iterator[Check]:
    """What `modelward up` runs for this home, as `modelward status` has it: a warning at most, commands run without it.

    Whoever has a Prefect server of their own needs none.
    """
    found = health(home.up, read_settings().prefect_login)
    faults = [f"{name}: {fault}" for name, fault in found.faults.items() if fault]
    if found.stage == "down" and prefect_url:
        yield Check("supervisor", "ok", "nothing is up; flows run at the server of PREFECT_API_URL")
    elif found.stage == "down":
        remedy = "`modelward up` brings it up"
        yield Check("supervisor", "warn", "nothing is up: no schedule runs and no notice is carried", remedy)
    elif found.stage == "killed":
        yield Check("supervisor", "warn", "it was killed and left processes running", "`modelward down` ends them")
    elif found.is_well and not found.held_up:
        yield Check("supervisor", "ok", f"up as process {found.pid}, at {found.ui_url}")
    else:
        observed = "; ".join([*faults, *found.held_up]) or f"it is {found.stage}"
        yield Check(
            "supervisor", "warn", observed, f"`modelward status` says how it is; the logs lie in {home.up / 'logs'}"
        )


def _prefect(url: str) -> Iterator[Check]:
    if not url:
        observed = "PREFECT_API_URL is not set: flows run at the server of `modelward up`, else in process"
        yield Check("Prefect", "ok", observed)
        return

    try:
        answer = httpx.get(f"{url.rstrip('/')}/health", timeout=5)
        theirs = httpx.get(f"{url.rstrip('/')}/admin/version", timeout=5)
    except httpx.HTTPError as error:
        yield Check("Prefect", "fail", f"{url} does not answer: {error}", "start it, or unset PREFECT_API_URL")
        return
    if answer.status_code != 200:
        yield Check("Prefect", "fail", f"{url} answers {answer.status_code}", "look at the server's log")
        return
    yield _version(url, theirs.text)


def _version(url: str, answer: str) -> Check:
    theirs, ours = str(json.loads(answer)) if answer.startswith('"') else answer.strip(), version("prefect")
    if theirs.rsplit(".", 1)[0] != ours.rsplit(".", 1)[0]:
        return Check(
            "Prefect", "warn", f"{url} runs {theirs}, this is {ours}", "run the same minor version on both sides"
        )
    return Check("Prefect", "ok", f"{url} answers, version {theirs}")
