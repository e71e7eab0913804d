"""The command prints the path to load, or why nothing may be loaded, and its exit code says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.audit.checker.checker_command import main
from tests.served_files import KEY, ServedFiles

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def made(tmp_path: Path) -> ServedFiles:
    files = ServedFiles(tmp_path)
    files.write()
    return files


def run(made: ServedFiles, *options: str) -> int:
    return main([str(made.manifest), "--model", "ops/delay", "--key", KEY.vkey, "--any-age", *options])


def test_the_path_of_verified_bytes_is_printed(made: ServedFiles, capsys: Captured) -> None:
    assert run(made) == 0
    assert capsys.readouterr().out == f"{made.bytes}\n"


def test_the_path_of_a_copy_is_printed(made: ServedFiles, capsys: Captured, tmp_path: Path) -> None:
    assert run(made, "--copy", str(tmp_path / "copy.bin"), "--remember", str(tmp_path / "newest.json")) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'copy.bin'}\n"
    assert (tmp_path / "newest.json").exists()


def test_a_refusal_is_printed_on_the_error_stream_alone(made: ServedFiles, capsys: Captured) -> None:
    made.bytes.write_bytes(b"another model")
    assert run(made) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith("DO NOT LOAD: ")) == ("", True)


def test_an_old_signature_is_refused_without_any_option(made: ServedFiles, capsys: Captured) -> None:
    assert main([str(made.manifest), "--model", "ops/delay", "--key", KEY.vkey]) == 1
    assert "hours ago" in capsys.readouterr().err


def test_a_suspended_model_has_an_exit_code_of_its_own(made: ServedFiles, capsys: Captured) -> None:
    made.write(state="suspended", version=None, digest=None, path=None)
    assert run(made) == 3
    assert capsys.readouterr().out == "nothing serves: suspended; fallback: the timetable\n"


def test_keys_are_read_from_a_file(made: ServedFiles, tmp_path: Path, capsys: Captured) -> None:
    keys = tmp_path / "modelward.vkey"
    keys.write_text(f"# the key of the log\n{KEY.vkey}\n")
    command = [str(made.manifest), "--model", "ops/delay", "--any-age"]
    assert main([*command, "--key-file", str(keys)]) == 0
    assert main([*command, "--key-file", str(tmp_path / "none")]) == 2
    assert main([*command, "--key", "modelward+00000000+AAAA"]) == 2
    assert main(command) == 2
    assert "give --key or --key-file" in capsys.readouterr().err


def test_a_byte_order_mark_before_the_keys_is_ignored(made: ServedFiles, tmp_path: Path) -> None:
    keys = tmp_path / "modelward.vkey"
    keys.write_text(f"{KEY.vkey}\n", "utf-8-sig")
    assert main([str(made.manifest), "--model", "ops/delay", "--any-age", "--key-file", str(keys)]) == 0


def test_an_event_that_is_too_old_is_refused(made: ServedFiles, tmp_path: Path, capsys: Captured) -> None:
    memory = ["--remember", str(tmp_path / "newest.json")]
    made.sign(event=9)
    assert run(made, *memory) == 0
    made.sign(event=8)
    assert run(made, *memory) == 1
    assert "has seen event 9" in capsys.readouterr().err
