r"""Models with a full history for the evidence pages; every text of a person contains markup that must be escaped.

add_full_history(world)     ops/delay: monitored, alerted on, replaced, rolled back, retired
add_other_models(world)     models with late, waiting, serving and new versions
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from data.records.evidence import sha256_of
from data.records.monitoring import Incident
from data.records.review import Severity
from data.records.version import Change, ChangeClass
from data.registry.commands.deployment import ResolveIncident
from data.registry.commands.review import AnswerFinding, CloseFinding, DecideWaiver, OpenFinding, RequestWaiver
from data.registry.commands.version import SubmittedSection
from tests.monitored_model import deploy_monitored_model
from tests.operations import deploy, roll_back
from tests.prediction_logs import days
from tests.retirement_states import archived
from tests.world import World

HOSTILE = '"><img src=x onerror=alert(1)> {{ 7 * 7 }} {% raw %} \u202egnp.exe\u2066'
APRIL = date(2013, 4, 1)


def add_full_history(world: World) -> None:
    """Version 1 serves and a shifted week pages; version 2 takes over and is rolled back; version 1 is retired."""
    monitored = deploy_monitored_model(world)
    monitored.log(APRIL, weeks=2)
    monitored.log(APRIL + days(14), weeks=1, shift={"distance": 30.0, "temp": 30.0, "label": 2.5})
    for week in range(3):
        last = APRIL + days(7 * week + 6)
        world.now = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=4)
        monitored.monitor(last, at=world.now)
    for incident in world.find(Incident):
        resolved = ResolveIncident(key=incident.key, resolution=HOSTILE, proof=world.proof("alma"))
        world.do(resolved, by="alma")
    change = Change(change_class=ChangeClass.NEW, what=HOSTILE, why=HOSTILE)
    second = world.version(change=change)
    raise_and_close(world, second)
    deploy(world, world.approved(world.validated(second)), run_id="op-2")
    world.move(days=3)
    roll_back(world, monitored.version)
    archived(world)


def raise_and_close(world: World, version: str) -> None:
    """Answer and close a finding, and request and grant a waiver, all with texts that contain markup."""
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


def add_other_models(world: World) -> None:
    """Add models of other teams at other stages, with findings and requests that are late, due soon or open."""
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


def _written(world: World, model: str, owner: str = "olga") -> str:
    """Register a version with documentation that contains markup; return its key. Another owner confirms to be it."""
    sections = (_section("purpose", world.artifacts.put(DOCUMENT.encode())), _section("data", sha256_of("lost")))
    version = world.version(model, sections=sections)
    confirmed = {} if owner == "olga" else {"owner": owner, "proof": world.proof(owner)}
    world.model(model, purpose=f"say more than one line of words about {HOSTILE}", **confirmed)
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
