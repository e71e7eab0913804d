"""The Content-Security-Policy in the pages of the Prefect UI."""

from __future__ import annotations

from pathlib import Path

import prefect
import pytest

from data.errors import SupervisorError
from modelward.supervisor.ui_csp import POLICY, add_policy

PAGE = "<!DOCTYPE html><html><head>\n<title>Prefect</title></head><body></body></html>"


def a_page(folder: Path, version: str = "v2", text: str = PAGE) -> Path:
    page = folder / version / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(text)
    return page


def test_each_page_gets_the_policy_at_the_start_of_its_head(tmp_path: Path) -> None:
    pages = [a_page(tmp_path, "v1"), a_page(tmp_path, "v2")]
    assert add_policy(tmp_path) == pages
    for page in pages:
        head, _, rest = page.read_text().partition("\n")
        assert head.endswith(f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">')
        assert rest == PAGE.partition("\n")[2]


def test_a_page_with_the_policy_is_not_changed(tmp_path: Path) -> None:
    page = a_page(tmp_path)
    add_policy(tmp_path)
    written, at = page.read_bytes(), page.stat().st_mtime_ns
    add_policy(tmp_path)
    assert (page.read_bytes(), page.stat().st_mtime_ns) == (written, at)


def test_the_policy_names_no_other_machine() -> None:
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'self'")


@pytest.mark.parametrize("text", [None, "<title>another layout</title>"], ids=["no page", "a page of another layout"])
def test_a_missing_page_or_head_is_an_error(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        a_page(tmp_path, text=text)
    with pytest.raises(SupervisorError, match="Content-Security-Policy could be added"):
        add_policy(tmp_path)


def test_the_pages_of_the_installed_prefect_have_one_head() -> None:
    for shipped in (prefect.__ui_static_path__, prefect.__ui_v2_static_path__):
        assert (shipped / "index.html").read_text().count("<head>") == 1
