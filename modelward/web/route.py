"""From a request to its answer: the pages, the manifests that servers follow, and nothing else of the home."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from data.errors import MissingRegistryError, ModelwardError, NotFoundError
from data.files.home import Home
from data.records.names import NAME
from modelward.web.answer import HTML, JSON, Answer, refusal
from modelward.web.page_cache import PageCache
from views.evidence_address import INVENTORY

METHODS = "GET, HEAD"
LONGEST = 1_024
LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
SLOTS = ("champion", "challenger", "shadow")
LARGEST_MANIFEST = 1 << 16


class Route:
    """The answers of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._shelf = PageCache(home)

    def answer(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """The answer to one request; nothing that is asked can raise."""
        refused = _refused(method, target, headers)
        if refused is not None:
            return refused
        path = target.partition("?")[0]
        try:
            return self._found(path).unless_known(headers.get("If-None-Match"))
        except NotFoundError as error:
            return refusal(HTTPStatus.NOT_FOUND, error.what, error.remedy)
        except MissingRegistryError as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, error.what, "`modelward people add` starts a registry")
        except ModelwardError as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, error.what, error.remedy, Retry_After="5")

    def _found(self, path: str) -> Answer:
        if path == "/health":
            told = {"status": "ok", "registry": "ready" if self._home.database.is_file() else "not started"}
            return Answer(HTTPStatus.OK, (json.dumps(told) + "\n").encode(), JSON)
        if path == "/favicon.ico":
            return Answer(HTTPStatus.NO_CONTENT)
        if path.startswith("/serving/"):
            return self._manifest(path.removeprefix("/serving/"))
        kept = self._shelf.page(_address(path))
        return Answer(HTTPStatus.OK, kept.body, HTML, kept.made_at)

    def _manifest(self, path: str) -> Answer:
        """`team/name/current.json`, or `team/name/environment/slot/current.json`: names alone, so no way leads out."""
        *names, file = path.split("/")
        if file != "current.json" or len(names) not in (2, 4) or not all(NAME.fullmatch(one) for one in names):
            raise NotFoundError("nothing is served there", "manifests lie at /serving/<team>/<name>/current.json")
        environment, slot = names[2:] or ("production", "champion")
        manifest = self._home.manifest(f"models/{names[0]}/{names[1]}", environment, slot)
        if manifest.is_symlink() or not manifest.is_file() or slot not in SLOTS:
            raise NotFoundError(f"nothing serves as {slot} of {names[0]}/{names[1]} in {environment}")
        at = datetime.fromtimestamp(manifest.stat().st_mtime, UTC)
        return Answer(HTTPStatus.OK, manifest.read_bytes()[:LARGEST_MANIFEST], JSON, at)


def _refused(method: str, target: str, headers: Mapping[str, str]) -> Answer | None:
    """Why a request is not even looked at. A foreign Host is how a page elsewhere would read this one (rebinding)."""
    if LOOPBACK.fullmatch(headers.get("Host", "")) is None:
        return refusal(
            HTTPStatus.MISDIRECTED_REQUEST, "this server answers to 127.0.0.1 and localhost only", "ask it by that name"
        )
    if method not in METHODS.split(", "):
        return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "these pages are only read", Allow=METHODS)
    if len(target) > LONGEST or not target.startswith("/"):
        return refusal(HTTPStatus.NOT_FOUND, "there is no such page", "the inventory lists every model")
    return None


def _address(path: str) -> str:
    """The page's address: a folder's is its index. What is no plain name finds nothing, as nothing is looked up."""
    inside = path.removeprefix("/")
    return f"{inside}{INVENTORY}" if inside.endswith("/") or not inside else inside
