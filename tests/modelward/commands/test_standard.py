"""Check, show and adopt standards on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.records.log import Standard
from gates.standard import baseline_text, load_standard, released_text
from tests.gates.standards import next_baseline
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli
from tests.world import World


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A file with the next version of the baseline."""
    file = tmp_path / "next.yaml"
    file.write_text(next_baseline()[1])
    return file


def test_a_valid_standard_passes_the_check(cli: Cli, second: Path) -> None:
    result = cli("standard", "check", second, "--json").json
    assert (result["ok"], result["standard"], result["version"]) == (True, "baseline", next_baseline()[0])
    assert f"can be used: baseline {next_baseline()[0]}" in cli("standard", "check", second).out


def test_an_unknown_gate_is_reported_with_file_and_line(cli: Cli, second: Path) -> None:
    second.write_text(second.read_text().replace("gate: documentation", "gate: astrology", 1))
    result = cli("standard", "check", second)
    assert result.code == 2
    assert "next.yaml:" in result.err
    assert "astrology" in result.err


def test_a_built_in_standard_is_shown_without_a_registry(home: Path, cli: Cli) -> None:
    result = cli("standard", "show")
    assert (result.code, "DOC-1" in result.out, "built in, not adopted here" in result.out) == (0, True, True)
    assert cli("standard", "show", "--text").out == baseline_text()
    assert cli("standard", "show", "--json").json["text_digest"] == load_standard(baseline_text()).text_digest
    assert cli("standard", "show", "horoscope").code == 2


def test_each_version_of_a_built_in_standard_is_shown(home: Path, cli: Cli) -> None:
    assert cli("standard", "show", "baseline/1", "--text").out == released_text("baseline/1")
    assert "baseline 1: " in cli("standard", "show", "baseline/1").out
    unknown = cli("standard", "show", f"baseline/{next_baseline()[0]}")
    assert (unknown.code, "choose from: baseline, baseline/1" in unknown.err) == (2, True)


def test_a_home_with_an_earlier_version_says_how_to_adopt_the_present_one(
    world: World, cli: Cli, proven: ProvenCaller
) -> None:
    label = load_standard(baseline_text()).label
    present = label.replace(" ", "/")
    listed = " ".join(cli("standard", "list").out.split())
    assert f"baseline 1 is in force; modelward has {label}" in listed
    assert f"modelward standard show {present} --text" in listed
    options, typed = proven("adam")
    assert cli("standard", "adopt", "baseline", *options, typed=typed).code == 0
    assert world.get(Standard, f"standards/{present}").digest == load_standard(baseline_text()).text_digest
    after = cli("standard", "list", "--json").json
    assert ([one["version"] for one in after["adopted"]], after["newer"]) == ([1, int(label.split()[1])], [])


def test_a_version_is_adopted_once_and_its_exact_bytes_are_kept(
    world: World, cli: Cli, proven: ProvenCaller, second: Path
) -> None:
    options, typed = proven("adam")
    assert cli("standard", "adopt", second, *options, typed=typed).code == 0
    row = world.get(Standard, f"standards/baseline/{next_baseline()[0]}")
    assert (world.artifacts.read(row.digest), row.adopted_by) == (second.read_bytes(), "adam")
    assert cli("standard", "show", f"baseline/{next_baseline()[0]}", "--text").out == second.read_text()
    assert "adopted on 2013-03-01" in cli("standard", "show").out
    assert [one["version"] for one in cli("standard", "list", "--json").json["adopted"]] == [1, next_baseline()[0]]
    options, typed = proven("adam")
    assert cli("standard", "adopt", second, *options, typed=typed).code == 2


def test_a_standard_is_kept_without_its_byte_order_mark(
    world: World, cli: Cli, proven: ProvenCaller, second: Path
) -> None:
    written = second.read_bytes()
    second.write_bytes(b"\xef\xbb\xbf" + written)
    options, typed = proven("adam")
    assert cli("standard", "adopt", second, *options, typed=typed).code == 0
    assert world.artifacts.read(world.get(Standard, f"standards/baseline/{next_baseline()[0]}").digest) == written


def test_adopting_needs_an_administrator_and_a_standard_and_a_standard(world: World, cli: Cli, second: Path) -> None:
    assert cli("standard", "adopt", second).code == 1
    assert cli("standard", "adopt", "no-such-file").code == 2
