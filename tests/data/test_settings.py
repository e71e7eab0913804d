"""Settings: the environment before the file before the default, each value with its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ConfigurationError
from data.settings import DEFAULTS, HIDDEN, AnchorSetting, Setting, read_settings


def test_without_file_and_environment_the_defaults_are_used(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path / "none.toml")
    assert [one.name for one in settings.settings] == list(DEFAULTS)
    assert {one.source for one in settings.settings} == {"default"}
    assert (settings["home"], settings.lock_wait_seconds) == ("var", 30.0)
    assert settings.home == Path.cwd() / "var"


def test_the_file_comes_before_the_default_and_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "modelward.toml"
    file.write_text('home = "elsewhere"\nlock_wait_seconds = 5\n')
    settings = read_settings({"MODELWARD_HOME": "/srv/modelward"}, file)
    assert settings.settings[0] == Setting("home", "/srv/modelward", "environment MODELWARD_HOME")
    assert Setting("lock_wait_seconds", "5", f"file {file}") in settings.settings


def test_a_byte_order_mark_before_the_settings_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "modelward.toml"
    file.write_text('actor = "ana"\n', "utf-8-sig")
    assert read_settings({}, file)["actor"] == "ana"


def test_the_file_is_read_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("modelward.toml").write_text('actor = "ana"\n')
    assert read_settings({})["actor"] == "ana"


def test_an_empty_variable_is_ignored(tmp_path: Path) -> None:
    assert read_settings({"MODELWARD_HOME": ""}, tmp_path / "none")["home"] == "var"


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_ACTOR", "bob")
    assert read_settings()["actor"] == "bob"


def test_a_tilde_in_the_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings({"MODELWARD_HOME": "~/ward"}).home == tmp_path / "ward"


BROKEN = {
    "no TOML": (b"home = ", "cannot be read"),
    "no text": (b"\xff\xfe", "cannot be read"),
    "a setting nobody knows": (b'hoem = "x"', "sets hoem"),
    "a list for a text": (b'home = ["x"]', r"sets home to \['x'\]"),
    "yes or no for a text": (b"actor = true", "sets actor to True"),
}


@pytest.mark.parametrize("content,words", BROKEN.values(), ids=BROKEN)
def test_an_invalid_file_raises_an_error_with_its_name(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "modelward.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as broken:
        read_settings({}, file)
    assert str(file) in broken.value.what


def test_a_wait_that_is_not_a_number_is_refused(tmp_path: Path) -> None:
    settings = read_settings({"MODELWARD_LOCK_WAIT_SECONDS": "soon"}, tmp_path / "none")
    with pytest.raises(ConfigurationError, match="lock_wait_seconds is 'soon'"):
        _ = settings.lock_wait_seconds


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "3601"])
def test_a_wait_out_of_range_is_refused(seconds: str, tmp_path: Path) -> None:
    settings = read_settings({"MODELWARD_LOCK_WAIT_SECONDS": seconds}, tmp_path / "none")
    with pytest.raises(ConfigurationError, match=f"lock_wait_seconds is '{seconds}'") as refused:
        _ = settings.lock_wait_seconds
    assert "between 0 and 3600" in refused.value.remedy


ANCHORS = {
    "none": ("", ()),
    "one on another machine": ("off-host:/mnt/notes.txt", (AnchorSetting("off-host", "/mnt/notes.txt"),)),
    "several": ("local:/a, off-host:/b ,", (AnchorSetting("local", "/a"), AnchorSetting("off-host", "/b"))),
    "a branch": ("local:git:/srv/a.git#log", (AnchorSetting("local", "/srv/a.git", "git", "log"),)),
    "a pushed branch": (
        "off-host:git:/srv/a#team/log@origin",
        (AnchorSetting("off-host", "/srv/a", "git", "team/log", "origin"),),
    ),
    "an authority": (
        "local:timestamp:https://tsa.example/tsr?a=1",
        (AnchorSetting("local", "https://tsa.example/tsr?a=1", "timestamp"),),
    ),
}


@pytest.mark.parametrize(("written", "meant"), ANCHORS.values(), ids=ANCHORS.keys())
def test_anchors_are_read_from_the_setting(written: str, meant: tuple[object, ...], tmp_path: Path) -> None:
    assert read_settings({"MODELWARD_ANCHORS": written}, tmp_path / "none").anchors == meant


WRONG_ANCHORS = [
    *("/mnt/notes.txt", "witnessed:/a", "off-host:notes.txt", "off-host:", "local:git:srv#log", "local:git:/srv"),
    *("local:git:/srv#-log", "off-host:timestamp:https://tsa.example", "local:timestamp:ftp://tsa.example"),
]


@pytest.mark.parametrize("written", WRONG_ANCHORS)
def test_an_incomplete_anchor_is_refused(written: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="write `local:` or `off-host:`"):
        _ = read_settings({"MODELWARD_ANCHORS": written}, tmp_path / "none").anchors


def test_root_certificates_need_an_absolute_path(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path / "none").timestamp_ca is None
    assert read_settings({"MODELWARD_TIMESTAMP_CA": "/a.pem"}, tmp_path / "none").timestamp_ca == Path("/a.pem")
    with pytest.raises(ConfigurationError, match="not an absolute path"):
        _ = read_settings({"MODELWARD_TIMESTAMP_CA": "a.pem"}, tmp_path / "none").timestamp_ca


@pytest.mark.parametrize("name", ["prefect_port", "evidence_port"])
def test_a_port_must_be_in_range(name: str, tmp_path: Path) -> None:
    def port(text: str) -> int:
        settings = read_settings({f"MODELWARD_{name.upper()}": text}, tmp_path / "none")
        return int(getattr(settings, name))

    assert [port("0"), port("4300"), port("65535")] == [0, 4300, 65535]
    for wrong in ("-1", "65536", "http", "4200.0", "²"):
        with pytest.raises(ConfigurationError, match=f"{name} is '{wrong}'"):
            port(wrong)


def test_the_mode_of_served_files_is_one_of_three(tmp_path: Path) -> None:
    def mode(text: str) -> int | None:
        return read_settings({"MODELWARD_SERVED_MODE": text}, tmp_path / "none").served_mode

    assert [mode(text) for text in ("", "0600", "0640", "0644")] == [None, 0o600, 0o640, 0o644]
    with pytest.raises(ConfigurationError, match="choose one of 0600, 0640, 0644"):
        mode("0666")


def test_the_evidence_address_has_no_final_slash(tmp_path: Path) -> None:
    set_to = {"MODELWARD_EVIDENCE_URL": "https://evidence.bank.test/"}
    assert read_settings(set_to, tmp_path / "none").evidence_url == "https://evidence.bank.test"
    assert read_settings({}, tmp_path / "none").evidence_url == ""
    with pytest.raises(ConfigurationError, match="evidence_url is 'javascript:x'"):
        _ = read_settings({"MODELWARD_EVIDENCE_URL": "javascript:x"}, tmp_path / "none").evidence_url


def test_a_login_is_a_name_and_a_password(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path / "none").prefect_login == ""
    assert read_settings({"MODELWARD_PREFECT_LOGIN": "a:b:c"}, tmp_path / "none").prefect_login == "a:b:c"
    for wrong in ("admin", ":secret", "admin:"):
        with pytest.raises(ConfigurationError, match="prefect_login is not a login") as refused:
            _ = read_settings({"MODELWARD_PREFECT_LOGIN": wrong}, tmp_path / "none").prefect_login
        assert wrong not in str(refused.value)


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    settings = read_settings({"MODELWARD_PREFECT_LOGIN": "ana:hunter2"}, tmp_path / "none")
    shown = {one.name: one.shown for one in settings.settings}
    assert shown["prefect_login"] == Setting("prefect_login", HIDDEN, "environment MODELWARD_PREFECT_LOGIN")
    assert shown["home"].value == "var"
    assert read_settings({}, tmp_path / "none").settings[5].shown.value == ""


def test_at_least_seven_backups_are_kept(tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert read_settings({}, none).backups_kept is None
    assert read_settings({"MODELWARD_BACKUPS_KEPT": "30"}, none).backups_kept == 30
    for text in ("6", "many", "-8"):
        with pytest.raises(ConfigurationError, match=f"backups_kept is '{text}'"):
            _ = read_settings({"MODELWARD_BACKUPS_KEPT": text}, none).backups_kept
