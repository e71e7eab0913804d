"""Standards on the command line: checked, shown, adopted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.records.log import Standard
from gates.standard import baseline_text, load_standard
from tests.gates.standards import next_baseline
from tests.modelward.conftest import Cli
from tests.world import World

Proven = Callable[[str], tuple[tuple[str, ...], str]]


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The baseline as its next version."""
    file = tmp_path / "next.yaml"
    file.write_text(next_baseline()[1])
    return file


def test_a_standard_that_can_be_used_says_so(cli: Cli, second: Path) -> None:
    result = cli("standard", "check", second, "--json").json
    assert (result["ok"], result["standard"], result["version"]) == (True, "baseline", next_baseline()[0])
    assert f"can be used: baseline {next_baseline()[0]}" in cli("standard", "check", second).out


def test_a_broken_one_is_named_with_file_line_and_fix(cli: Cli, second: Path) -> None:
    second.write_text(second.read_text().replace("gate: documentation", "gate: astrology", 1))
    result = cli("standard", "check", second)
    assert result.code == 2
    assert "next.yaml:" in result.err
    assert "astrology" in result.err


def test_what_comes_with_modelward_is_shown_without_a_registry(home: Path, cli: Cli) -> None:
    result = cli("standard", "show")
    assert (result.code, "DOC-1" in result.out, "not in force here" in result.out) == (0, True, True)
    assert cli("standard", "show", "--text").out == baseline_text()
    assert cli("standard", "show", "--json").json["text_digest"] == load_standard(baseline_text()).text_digest
    assert cli("standard", "show", "horoscope").code == 2


def test_a_version_is_adopted_once_and_kept_to_the_byte(world: World, cli: Cli, proven: Proven, second: Path) -> None:
    options, typed = proven("adam")
    assert cli("standard", "adopt", second, *options, typed=typed).code == 0
    row = world.get(Standard, f"standards/baseline/{next_baseline()[0]}")
    assert (world.artifacts.read(row.digest), row.adopted_by) == (second.read_bytes(), "adam")
    assert cli("standard", "show", f"baseline/{next_baseline()[0]}", "--text").out == second.read_text()
    assert "in force since 2013-03-01" in cli("standard", "show").out
    assert [one["version"] for one in cli("standard", "list", "--json").json["adopted"]] == [1, next_baseline()[0]]
    options, typed = proven("adam")
    assert cli("standard", "adopt", second, *options, typed=typed).code == 2


def test_adopting_needs_an_administrator(world: World, cli: Cli, second: Path) -> None:
    assert cli("standard", "adopt", second).code == 1
    assert cli("standard", "adopt", "no-such-file").code == 2
