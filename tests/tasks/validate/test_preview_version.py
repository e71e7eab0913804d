"""A preview gives the verdicts of the gates and records nothing."""

from __future__ import annotations

from data.records.version import ReviewState, Version
from tasks.validate.preview_version import preview_version
from tests.judged_model import USE, V1, assessed_version
from tests.world import World


def test_a_preview_equals_the_real_verdicts_and_records_nothing(judged: World) -> None:
    events = len(judged.events())
    shown = preview_version(V1, "production", USE, judged.now)
    assert (len(judged.events()), judged.get(Version, V1).review_state) == (events, ReviewState.REGISTERED)
    assert shown == assessed_version(judged).judgements
