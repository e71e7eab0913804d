"""The evidence application serves pages, manifests and its health, nothing else, and on loopback names only."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from data.files.home import Home
from data.registry.commands.model import DeclareConsumer
from modelward.web.evidence_app import evidence_app
from tests.modelward.web.asgi_call import call
from tests.operations import prepared
from tests.world import MODEL, Template, World
from views.evidence_address import model_page, monitoring_page, version_page

VERSION = f"{MODEL}/versions/1"
HIDDEN = {
    "the registry": "/registry/registry.duckdb",
    "the keys": "/keys/",
    "a parent folder": "/../keys/signing.key",
    "an encoded parent folder": "/%2e%2e/keys/signing.key",
    "a parent folder among the manifests": "/serving/../keys/current.json",
    "an encoded parent folder among the manifests": "/serving/..%2f..%2fkeys/delay/current.json",
    "a listing of the manifests": "/serving/",
    "a listing of a team": "/serving/ops/",
    "another file beside a manifest": "/serving/ops/delay/other.json",
    "an unknown slot": "/serving/ops/delay/production/backdoor/current.json",
    "an unknown model": "/models/ops/nothing/index.html",
    "an unknown version": "/models/ops/delay/7.html",
    "a version with too many digits": "/models/ops/delay/1111111111.html",
    "a page in capitals": "/MODELS/ops/delay/index.html",
    "a name that is markup": "/models/ops/<b>/index.html",
    "a null byte": "/models/ops/delay\0/index.html",
    "a backslash": "/models/ops/..\\..\\keys/index.html",
    "a second slash": "//registry/registry.duckdb",
    "no path": "http://127.0.0.1/index.html",
    "a very long path": "/" + "a" * 5_000,
}
FOREIGN_HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:4290",
    "10.0.0.7",
    "",
    "127.0.0.1:4290@evil",
)


@pytest.fixture(scope="module")
def validated(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world with one validated version."""
    return prepared(founded, tmp_path_factory.mktemp("validated") / "home", World.validated)


@pytest.fixture(scope="module")
def app(validated: Template) -> ASGIApp:
    """The application of that world, for tests that change nothing."""
    return evidence_app(Home(validated.root))


@pytest.fixture
def listed(validated: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of that world, which a test may change."""
    return validated.copy(tmp_path / "home", monkeypatch)


@pytest.mark.parametrize("page", ["", "index.html", "audit.html", model_page(MODEL), monitoring_page(MODEL)])
def test_each_page_is_served(app: ASGIApp, page: str) -> None:
    answer = call(app, f"/{page}")
    assert answer.status is HTTPStatus.OK
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_a_version_page_and_the_index_of_a_model_folder_are_served(app: ASGIApp) -> None:
    assert b"Verdicts of the gates" in call(app, f"/{version_page(VERSION)}").body
    assert b"Decisions, and who made them" in call(app, f"/{MODEL}/").body


@pytest.mark.parametrize("target", HIDDEN.values(), ids=HIDDEN)
def test_any_other_address_is_not_found(app: ASGIApp, target: str) -> None:
    answer = call(app, target)
    assert answer.status is HTTPStatus.NOT_FOUND
    assert b"<b>" not in answer.body


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_name_is_refused(app: ASGIApp, host: str) -> None:
    assert call(app, "/", host=host).status is HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "LOCALHOST:4290", "[::1]:4290"])
def test_each_loopback_host_name_is_accepted(app: ASGIApp, host: str) -> None:
    assert call(app, "/health", host=host).status is HTTPStatus.OK


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"])
def test_a_method_other_than_get_and_head_is_refused(app: ASGIApp, method: str) -> None:
    answer = call(app, "/", method)
    assert answer.status is HTTPStatus.METHOD_NOT_ALLOWED
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_known_page_is_not_sent_again_until_it_changes(listed: World) -> None:
    app = evidence_app(listed.home)
    page = f"/{model_page(MODEL)}"
    first = call(app, page)
    assert "Last-Modified" in first.headers

    again = call(app, page, If_None_Match=f'"other", W/{first.headers["ETag"]}')
    assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")

    listed.do(DeclareConsumer(model=MODEL, system="crew-desk", owner="olga", contact="a@example.org"), by="olga")
    changed = call(app, page, If_None_Match=first.headers["ETag"])
    assert changed.status is HTTPStatus.OK
    assert b"crew-desk" in changed.body
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("target", ["/", "/health", "/nothing", "/serving/ops/delay/current.json"])
def test_every_response_has_the_security_headers(app: ASGIApp, target: str) -> None:
    headers = call(app, target).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; frame-ancestors 'none'")
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_manifest_is_served_unchanged(listed: World) -> None:
    app = evidence_app(listed.home)
    for place in (("production", "champion"), ("staging", "shadow")):
        file = listed.home.manifest(MODEL, *place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"file": str(file)}))
    for target in ("/serving/ops/delay/current.json", "/serving/ops/delay/staging/shadow/current.json"):
        answer = call(app, target)
        assert answer.headers["Content-Type"] == "application/json"
        assert target.removeprefix("/serving") in json.loads(answer.body)["file"]
        assert call(app, target, If_None_Match=answer.headers["ETag"]).status is HTTPStatus.NOT_MODIFIED


def test_a_manifest_that_is_a_symbolic_link_is_not_served(listed: World, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    file = listed.home.manifest(MODEL, "production", "champion")
    file.parent.mkdir(parents=True)
    file.symlink_to(tmp_path / "secret")
    assert call(evidence_app(listed.home), "/serving/ops/delay/current.json").status is HTTPStatus.NOT_FOUND


def test_without_a_registry_health_answers_and_pages_are_unavailable(tmp_path: Path) -> None:
    app = evidence_app(Home(tmp_path / "empty"))
    assert json.loads(call(app, "/health").body) == {"status": "ok", "registry": "not started"}
    assert call(app, "/").status is HTTPStatus.SERVICE_UNAVAILABLE
    assert not (tmp_path / "empty").exists()


def test_while_the_registry_is_locked_the_audit_page_says_not_verified(listed: World) -> None:
    app = evidence_app(listed.home)
    with listed.registry.store.session():
        shown = json.loads(call(app, "/health").body)
        assert shown["registry"] == "ready"
        assert b"was not verified" in call(app, "/audit.html").body


def test_a_request_for_an_icon_is_no_error(app: ASGIApp) -> None:
    assert call(app, "/favicon.ico").status is HTTPStatus.NO_CONTENT
