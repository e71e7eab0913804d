"""The dossier lists consumers, approvals, traffic, deployments, judgements and events; each may be empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.queries.retirement_dossier import retirement_dossier
from data.records.evidence import sha256_of
from data.records.retirement_evidence import ImpactDocument, LogCoverage, RetirementDossier, TrafficDocument
from tests.operations import deployed, prepared
from tests.retirement_states import KEY, VERSION, opened
from tests.world import Template, World
from views.forms.dossier_text import REPLAYED, dossier_text

DAY = datetime(2013, 4, 1, tzinfo=UTC)
LOGS = LogCoverage(days=30, first="2013-03-01", last="2013-03-30", unreadable=("2013-03-02",))
IMPACT = ImpactDocument(version=VERSION, assessed_at=DAY, logs=LOGS, seen=(), affected=())
TRAFFIC = TrafficDocument(
    version=VERSION,
    from_at=DAY,
    to_at=DAY + timedelta(days=7),
    by_consumer={},
    days=(),
    days_without_log=("2013-04-02",),
)


def served_and_to_be_retired(world: World) -> None:
    world.version()
    deployed(world, "op-1", version=world.validated(VERSION))
    opened(world, reason="it | aged", impact_digest=world.artifacts.put(IMPACT.model_dump_json().encode()))


@pytest.fixture(scope="module")
def dossier(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> RetirementDossier:
    """The dossier of a version that served and was validated, with two hostile texts."""
    template = prepared(founded, tmp_path_factory.mktemp("dossier") / "home", served_and_to_be_retired)
    now = template.now
    found = retirement_dossier(World(template.root, now).registry, KEY, now, now + timedelta(days=365))
    return found.model_copy(update={"traffic": TRAFFIC})


def test_each_part_of_the_dossier_has_its_rows(dossier: RetirementDossier) -> None:
    text = dossier_text(dossier)
    assert text.startswith(f"# Retirement of ops/delay v1\n\n{REPLAYED}\n")
    for part in (
        r"- **Reason:** it \| aged",
        "Assessed on 2013-04-01 from the declared consumers and 30 days of logs; 1 of them could not be read",
        "| crew | declared through ops/rota |",
        "| shadow-it | seen only |",
        "From 2013-04-01 up to 2013-04-08 ",
        "On 1 of these days nothing at all was logged",
        "| production champion |",
        "- validated by ",
        "| retirement.opened |",
    ):
        assert part in text, part


EMPTY = {
    "impact": (None, "| consumer | known |"),
    "parties": ((), "No consumer used it."),
    "approvals": ((), "Nobody voted."),
    "traffic": (None, "No log was read."),
    "deployments": ((), "It never served."),
    "validations": ((), "Nothing was recorded."),
    "events": ((), "None."),
}


@pytest.mark.parametrize(("field", "case"), EMPTY.items(), ids=EMPTY)
def test_an_empty_part_says_so(dossier: RetirementDossier, field: str, case: tuple[object, str]) -> None:
    value, text = case
    assert text in dossier_text(dossier.model_copy(update={field: value}))


def test_a_registry_with_the_real_clock_has_no_note(dossier: RetirementDossier) -> None:
    assert REPLAYED not in dossier_text(dossier.model_copy(update={"clock": "wall"}))


def test_an_answer_names_who_gave_it_and_an_accepted_silence_its_reason(dossier: RetirementDossier) -> None:
    party = dossier.parties[0].model_copy(
        update={"answer": "silent", "answered_by": "olga", "silence_reason": "no reply", "cut_over_at": DAY}
    )
    text = dossier_text(dossier.model_copy(update={"parties": (party,)}))
    assert "| silent by olga: no reply | – | 2013-04-01 |" in text


def test_the_artifact_stands_with_its_digest(dossier: RetirementDossier) -> None:
    assert f"- **Artifact:** `{dossier.version.artifact.digest}`, kept" in dossier_text(dossier)
    assert sha256_of("dossier") not in dossier_text(dossier)
