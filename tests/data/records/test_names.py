"""Names and keys: which names are legal, and how keys are shown."""

from __future__ import annotations

import pytest

from data.errors import InvalidNameError
from data.records import names

GOOD = ["a", "0", "flight-delay", "v1.2_x", "a" * 128]
BAD = {
    "nothing": "",
    "a capital": "Delay",
    "a blank": "a b",
    "a slash": "a/b",
    "a quote": "a'b",
    "a path upwards": "..",
    "a dash first": "-a",
    "a dot first": ".a",
    "too long": "a" * 129,
    "a line break": "a\n",
    "a letter that looks like one": "аbc",
    "a null": "a\x00",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_legal_name_is_accepted(name: str) -> None:
    assert names.checked_name(name) == name


@pytest.mark.parametrize("name", BAD.values(), ids=BAD)
def test_an_illegal_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="is not a valid name") as refused:
        names.checked_name(name)
    assert refused.value.what.isascii() or "…" in refused.value.what
    assert len(refused.value.what) < 100


def test_a_model_is_named_with_or_without_its_team() -> None:
    assert names.split_model("ops/delay") == ("ops", "delay")
    assert names.split_model("delay") == (None, "delay")
    for wrong in ("a/b/c", "/delay", "ops/", "ops//delay", "Ops/delay"):
        with pytest.raises(InvalidNameError):
            names.split_model(wrong)


def test_a_second_slash_is_refused_with_a_remedy() -> None:
    with pytest.raises(InvalidNameError, match="'ops/delay' is not a valid team") as refused:
        names.split_model("ops/delay/two")
    assert "with exactly one slash" in refused.value.remedy


def test_keys_are_paths() -> None:
    model = names.model_key("ops", "delay")
    assert model == "models/ops/delay"
    assert names.version_key(model, 4) == "models/ops/delay/versions/4"
    assert names.person_key("ana") == "people/ana"
    assert names.slot_key(model, "production", "champion") == "models/ops/delay/slots/production/champion"
    assert names.model_of(names.version_key(model, 4)) == model
    for wrong in (lambda: names.model_key("a/b", "c"), lambda: names.slot_key(model, "a b", "champion")):
        with pytest.raises(InvalidNameError):
            wrong()


SHORT_NAMES = {
    "models/ops/delay": "ops/delay",
    "models/ops/delay/versions/4": "ops/delay v4",
    "models/ops/delay/versions/4/findings/1": "ops/delay v4",
    "models/ops/delay/slots/production/champion": "ops/delay",
    "people/ana": "ana",
    "people/ana/roles/1": "ana",
    "standards/baseline/1": "standards/baseline/1",
    "models/ops": "models/ops",
    "people": "people",
}


@pytest.mark.parametrize("key", SHORT_NAMES)
def test_short_shows_a_key_as(key: str) -> None:
    assert names.short(key) == SHORT_NAMES[key]


def test_a_logged_consumer_always_gets_the_same_legal_name() -> None:
    assert names.system_name("planner") == "planner"
    assert names.system_name("  ") == names.system_name("") == "unattributed"
    strange = {names.system_name(logged) for logged in ("The Planner", "the planner", "x/y", "\ud800")}
    assert len(strange) == 4
    assert all(names.checked_name(name).startswith("unnamed-") for name in strange)
