"""A standard is loaded from YAML, and its rules are looked up by tier, change class and environment."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from data.errors import GateRefusedError, StandardError
from data.records.approval import RequiredRole
from data.records.log import Standard
from data.records.person import Role
from data.records.review import Severity
from gates.standard import (
    approvals_for,
    baseline_text,
    blocking_severities,
    builtin,
    builtin_names,
    emergency_for,
    load_standard,
    newer_builtins,
    oversight_for,
    released_text,
    retirement_for,
    separates_validator,
    waiver_days,
)
from tests.gates.rows import NOW
from tests.gates.standards import WRITTEN, control, standard, text

RULE: dict[str, Any] = WRITTEN["approvals"][0]
BROKEN: dict[str, tuple[str, str]] = {
    "nothing": ("", "small.yaml:1: the document has no `name: value` lines"),
    "no control": (text(controls=[]), "controls is empty"),
    "no controls field": (text().replace('"controls"', '"demands"'), "controls is missing → add it"),
    "an unknown field": (text(colour="red"), "colour: no such field"),
    "an unknown role": (text(approvals=[{**RULE, "roles": {"boss": 1}}]), "approvals.0.roles.boss"),
    "an unknown stage": (text(controls=[control(stages=["never"])]), "controls.0.stages.0"),
    "an alias": ("a: &x 1\nb: *x\n", "small.yaml:1: anchors and aliases are not allowed"),
    "a field twice": ("id: a\nid: b\n", "small.yaml:2: id occurs twice"),
    "broken YAML": ("id: [1\n", "small.yaml:2: not YAML"),
    "a limit that is not finite": (
        text(controls=[control(parameters={"minimum_kinds": float("inf")})]),
        "minimum_kinds: ",
    ),
    "too much text": ("id: " + "x" * 200_001, "200,005 characters; at most 200,000"),
    "a tag that builds an object": ("id: !!python/object:os.system {}\n", "small.yaml:1: the tag"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_standard_is_refused_for(case: str) -> None:
    written, what = BROKEN[case]
    with pytest.raises(StandardError) as refused:
        load_standard(written, "small.yaml")
    assert what in refused.value.what
    assert refused.value.remedy
    assert "small.yaml:" in refused.value.what


def test_the_message_on_an_unknown_role_gives_its_line_and_the_known_roles() -> None:
    written = text(approvals=[{**RULE, "roles": {"boss": 1}}])
    line = 1 + next(at for at, one in enumerate(written.splitlines()) if '"boss"' in one)
    with pytest.raises(StandardError, match=f"small.yaml:{line}: .*approver.*") as refused:
        load_standard(written, "small.yaml")
    assert refused.value.exit_code == 2


def test_the_text_digest_is_that_of_the_exact_text() -> None:
    written = text()
    loaded = load_standard(written)
    assert loaded.text_digest == "sha256:" + hashlib.sha256(written.encode()).hexdigest()
    assert load_standard(written + "\n").text_digest != loaded.text_digest
    assert (loaded.key, loaded.label) == ("standards/small/3", "small 3")


def test_a_file_loads_like_its_text(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_bytes(text().replace("\n", "\r\n").encode())
    assert load_standard(path) == load_standard(path.read_bytes().decode())


def test_a_byte_order_mark_changes_nothing_in_a_standard(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(text(), "utf-8-sig")
    assert load_standard(path) == load_standard(text())


def test_messages_refer_to_a_file_by_its_name_or_by_the_name_given(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("id: [", encoding="utf-8")
    with pytest.raises(StandardError, match=r"ours\.yaml:1"):
        load_standard(path)
    with pytest.raises(StandardError, match="theirs:1"):
        load_standard(path, "theirs")


UNREADABLE: dict[str, tuple[bytes | None, str]] = {
    "that does not exist": (None, "ours.yaml:1: cannot be read"),
    "that is not UTF-8": (b"id: \xff", "ours.yaml:1: not UTF-8 at byte 4"),
    "that is UTF-16": ("id: x".encode("utf-16"), "ours.yaml:1: UTF-16, not UTF-8"),
    "that is far too large": (b"#" * 800_001, "ours.yaml:1: over 200,000 characters"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_is_refused(case: str, tmp_path: Path) -> None:
    content, what = UNREADABLE[case]
    path = tmp_path / "ours.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StandardError, match=what):
        load_standard(path)


def adopted(standard: str, version: int) -> Standard:
    row = {"key": f"standards/{standard}/{version}", "standard": standard, "version": version, "title": "any"}
    return Standard.model_validate({**row, "digest": "sha256:0", "controls": 1, "adopted_at": NOW, "adopted_by": "ada"})


def test_the_baseline_is_the_only_builtin_standard() -> None:
    assert builtin_names() == ("baseline",)
    assert builtin("baseline") == baseline_text()
    with pytest.raises(StandardError, match="modelward has no standard '../secret'"):
        builtin("../secret")


def test_a_built_in_standard_is_read_by_its_version() -> None:
    newest = load_standard(baseline_text()).version
    assert released_text(f"baseline/{newest}") == released_text("baseline") == baseline_text()
    assert load_standard(released_text("baseline/1")).version == 1
    with pytest.raises(StandardError, match=f"modelward has no standard 'baseline/{newest + 1}'") as refused:
        released_text(f"baseline/{newest + 1}")
    assert refused.value.remedy.startswith("choose from: baseline, baseline/1")
    for name in ("other/1", "other"):
        with pytest.raises(StandardError, match="modelward has no standard 'other'"):
            released_text(name)


def test_a_model_names_a_built_in_standard_without_a_version() -> None:
    with pytest.raises(StandardError, match="modelward has no standard 'baseline/1'"):
        builtin("baseline/1")


def test_a_built_in_version_above_the_adopted_one_is_newer() -> None:
    newest = load_standard(baseline_text()).version
    rows = [adopted("baseline", number) for number in range(1, newest + 1)]
    (found,) = newer_builtins([*rows[:-1], adopted("strict", 1)])
    assert found.observed == f"baseline {newest - 1} is in force; modelward has baseline {newest}"
    assert "modelward standard adopt baseline --by ADMINISTRATOR" in found.remedy
    assert newer_builtins([*reversed(rows)]) == newer_builtins([adopted("strict", 1)]) == ()


def test_demanded_controls_depend_on_tier_change_and_stage() -> None:
    found = standard(control(), control(id="TST-2", tiers=[1]), control(id="TST-3", stages=["deploy"], enabled=False))
    assert [one.id for one in found.demanded(2, "new", "assess")] == ["TST-1"]
    assert [one.id for one in found.demanded(1, "new", "deploy")] == ["TST-1", "TST-2", "TST-3"]


def test_the_first_approval_rule_that_applies_is_used() -> None:
    found = standard(
        approvals=[{**RULE, "tiers": [1], "roles": {"approver": 2, "owner": 1}, "approval_days": 30}, RULE]
    )
    demand = approvals_for(found, 1, "new", "production")
    assert demand.roles == (RequiredRole(role=Role.APPROVER, count=2), RequiredRole(role=Role.OWNER, count=1))
    assert (demand.request_days, demand.approval_days, demand.validator) == (7, 30, False)
    assert approvals_for(found, 4, "correction", "laptop").roles == (RequiredRole(role=Role.APPROVER, count=1),)


def test_a_validator_is_required_where_an_enabled_control_uses_the_gate_validation() -> None:
    asks = control(id="VAL-1", gate="validation", tiers=[1], changes=["new"], stages=["approve"])
    found = standard(asks, control(id="VAL-2", gate="validation", tiers=[2], enabled=False))
    needed = [
        approvals_for(found, tier, change, "x").validator for tier, change in ((1, "new"), (1, "material"), (2, "new"))
    ]
    assert needed == [True, False, False]


def test_the_validator_cannot_approve_where_a_sign_off_control_says_so() -> None:
    separated = {"scaled": [{"tiers": [1], "parameters": {"apart_from_validator": True}}]}
    signed = control(id="SGN-1", gate="sign_off", stages=["deploy"], **separated)
    off = control(
        id="SGN-2", gate="sign_off", stages=["deploy"], enabled=False, parameters={"apart_from_validator": True}
    )
    assert [separates_validator(standard(signed, off), tier, "new") for tier in (1, 2)] == [True, False]
    baseline = load_standard(baseline_text())
    assert [separates_validator(baseline, tier, "correction") for tier in (1, 2, 3, 4)] == [True, False, False, False]


def test_the_shortest_waiver_duration_of_all_controls_counts() -> None:
    long = control(id="WVR-1", gate="waivers", parameters={"maximum_days": 90})
    short = control(id="WVR-2", gate="waivers", tiers=[1], parameters={"maximum_days": 30})
    found = standard(long, short)
    assert [waiver_days(found, tier, "new") for tier in (1, 2)] == [30, 90]
    assert waiver_days(standard(), 1, "new") == 0


def test_the_blocking_severities_of_all_controls_are_combined() -> None:
    some = control(id="FND-1", gate="findings", parameters={"blocking": ["critical"]})
    more = control(id="FND-2", gate="findings", tiers=[1], parameters={"blocking": ["medium"]})
    found = standard(some, more)
    assert blocking_severities(found, 1, "new") == {Severity.CRITICAL, Severity.MEDIUM}
    assert blocking_severities(found, 2, "new") == {Severity.CRITICAL}
    assert blocking_severities(standard(), 1, "new") == frozenset()


def test_the_oversight_and_retirement_rules_of_a_tier_are_found() -> None:
    oversight, retirement = WRITTEN["oversight"][0], WRITTEN["retirement"][0]
    found = standard(
        oversight=[{**oversight, "tiers": [1], "ratify_hours": 4}, oversight],
        retirement=[{**retirement, "tiers": [1], "quiet_days": 60}, retirement],
    )
    assert [oversight_for(found, tier).ratify_hours for tier in (1, 4)] == [4, 24]
    assert [retirement_for(found, tier).quiet_days for tier in (1, 4)] == [60, 14]


def test_a_tier_without_a_rule_is_refused() -> None:
    for look_up in (
        lambda: approvals_for(standard(), 5, "new", "x"),
        lambda: oversight_for(standard(), 5),
        lambda: retirement_for(standard(), 5),
    ):
        with pytest.raises(StandardError, match="small 3 does not say"):
            look_up()


def test_the_emergency_rules_and_controls_of_the_baseline() -> None:
    baseline = load_standard(baseline_text())
    highest, lowest = emergency_for(baseline, 1), emergency_for(baseline, 4)
    assert (highest.release_roles, highest.ratify_hours) == ((Role.OPERATOR,), 24)
    assert highest.ratify_roles == {Role.OWNER: 1, Role.APPROVER: 1}
    assert (lowest.release_roles, lowest.ratify_hours) == ((Role.OPERATOR, Role.OWNER), 72)
    demanded = {one.id for one in baseline.demanded(1, "new", "emergency")}
    assert {"PRV-1", "DAT-1", "MON-1", "FND-1", "WVR-1"} <= demanded
    assert demanded <= {one.id for one in baseline.demanded(1, "new", "deploy")}
    assert "SGN-1" not in demanded


def test_a_standard_without_emergency_rules_allows_no_emergency_release() -> None:
    with pytest.raises(GateRefusedError, match="allows no emergency release of a model of tier 2"):
        emergency_for(load_standard(text()), 2)
