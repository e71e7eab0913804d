"""Models that lived in the small world, as the evidence pages show them: words of people that want to be markup.

live(world)         ops/delay: watched, alarmed, replaced, rolled back, retired
settle(world)       more models beside it: something late, something waiting, something served, something only listed
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from data.records.evidence import sha256_of
from data.records.monitoring import Incident
from data.records.review import Severity
from data.records.version import Change, ChangeClass
from data.registry.commands.deployment import ResolveIncident
from data.registry.commands.review import AnswerFinding, CloseFinding, DecideWaiver, OpenFinding, RequestWaiver
from data.registry.commands.version import SubmittedSection
from tests.operations import deploy, roll_back
from tests.prediction_logs import days
from tests.retiring import archived
from tests.watched_model import watched_model
from tests.world import World

HOSTILE = '"><img src=x onerror=alert(1)> {{ 7 * 7 }} {% raw %} \u202egnp.exe\u2066'
APRIL = date(2013, 4, 1)


def live(world: World) -> None:
    """Version 1 serves and a shifted week pages; version 2 takes over and is rolled back; version 1 is retired."""
    watch = watched_model(world)
    watch.log(APRIL, weeks=2)
    watch.log(APRIL + days(14), weeks=1, shift={"distance": 30.0, "temp": 30.0, "label": 2.5})
    for week in range(3):
        last = APRIL + days(7 * week + 6)
        world.now = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=4)
        watch.night(last, at=world.now)
    for incident in world.find(Incident):
        resolved = ResolveIncident(key=incident.key, resolution=HOSTILE, proof=world.proof("alma"))
        world.do(resolved, by="alma")
    change = Change(change_class=ChangeClass.NEW, what=HOSTILE, why=HOSTILE)
    second = world.version(change=change)
    raise_and_close(world, second)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    world.move(days=3)
    roll_back(world, watch.version)
    archived(world)


def raise_and_close(world: World, version: str) -> None:
    """A finding answered and closed, a waiver asked and granted, all in words that want to be markup."""
    due = world.now + timedelta(days=30)
    finding = OpenFinding(
        version=version, title=HOSTILE, text=HOSTILE, owner="dev", severity=Severity.LOW, due_at=due
    )  # fmt: skip
    key = world.do(finding, by="vera").subject
    world.do(AnswerFinding(key=key, answer=HOSTILE), by="dev")
    world.do(CloseFinding(key=key, proof=world.proof("vera")), by="vera")
    waiver = RequestWaiver(version=version, control="CMP-1", reason=HOSTILE, expires_at=due)
    key = world.do(waiver, by="dev").subject
    world.do(DecideWaiver(key=key, grant=True, proof=world.proof("axel")), by="axel")


LONG_NAME = "models/customer-relations/" + "a-model-with-a-very-long-name-" * 4 + "end"
DOCUMENT = f"""# Purpose {HOSTILE}

It says who may leave. <script>alert(1)</script> [a link](https://example.org/steal) ![a picture](https://example.org/x.png)

## What it is not for

- credit decisions <a href="javascript:alert(1)">click</a>
- anything that {{{{ config }}}} names
  and goes on in the next line

1. first
2. second

| a | table |
|---|-------|
| 1 | {"wide " * 60} |

```
<b>code</b> {"long_line_without_a_break" * 12}
```

#### A heading three levels too low

Word{"without" * 60}break.
"""


def settle(world: World) -> None:
    """Models of other teams in other stages of their lives, with matters that are late, soon, later and open."""
    waiting = _written(world, "models/crm/churn")
    _finding(world, waiting, days_until=10, severity=Severity.HIGH)
    answered = _finding(world, waiting, days_until=60)
    world.do(AnswerFinding(key=answered, answer="retrained without the column"), by="dev")
    command = RequestWaiver(version=waiting, control="PRF-1", reason=HOSTILE, expires_at=world.now + days(40))
    world.do(command, by="dev")
    world.decide(world.requested(world.validated(waiting)), "alma")

    serving = _written(world, LONG_NAME, owner="outsider")
    deploy(world, world.approved(world.validated(serving)), run_id="op-long")
    late = _finding(world, serving, days_until=1)
    world.model("models/risk/only-listed", tier=3, owner="axel")
    world.version("models/risk/fraud", by="dev")
    world.model("models/risk/fraud", tier=1)
    world.move(days=2)
    assert late


def _written(world: World, model: str, **changes: Any) -> str:
    """A version with documentation that wants to be markup."""
    sections = (_section("purpose", world.artifacts.put(DOCUMENT.encode())), _section("data", sha256_of("lost")))
    version = world.version(model, sections=sections)
    world.model(model, purpose=f"say more than one line of words about {HOSTILE}", **changes)
    return version


def _section(name: str, digest: str) -> SubmittedSection:
    stale = {"described_digest": sha256_of("before"), "current_digest": sha256_of("after")}
    return SubmittedSection(name=name, text_digest=digest, words=200, describes="purpose", **stale)


def _finding(world: World, version: str, days_until: int, severity: Severity = Severity.LOW) -> str:
    due = world.now + timedelta(days=days_until)
    command = OpenFinding(
        version=version, title="a matter to be settled", text=HOSTILE, owner="dev", severity=severity, due_at=due
    )  # fmt: skip
    return world.do(command, by="vera").subject
