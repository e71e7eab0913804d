"""Build a web application from routes: requests are checked first, and errors become refusals with a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from data.errors import MissingRegistryError, ModelwardError, NotFoundError
from data.text.safe_log import safe_logger
from modelward.web.request_checks import READING, RequestChecks
from modelward.web.responses import refusal
from modelward.web.security_headers import SecurityHeaders

logger = safe_logger(__name__)


def web_app(routes: Sequence[BaseRoute], methods: Sequence[str] = READING) -> ASGIApp:
    """Return an application with these routes for a loopback server; it accepts only these HTTP methods."""
    app = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: _http_error,
            NotFoundError: _not_found,
            MissingRegistryError: _missing_registry,
            ModelwardError: _unavailable,
            Exception: _unexpected,
        },
    )
    app.router.redirect_slashes = False
    # SecurityHeaders is outermost: a refusal and an unexpected error carry the same headers as a page.
    return SecurityHeaders(RequestChecks(app, methods))


async def _http_error(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    return refusal(status, "there is no such page", "start at the inventory, which lists every model")


async def _not_found(request: Request, error: Exception) -> Response:
    what, remedy = _texts(error)
    return refusal(HTTPStatus.NOT_FOUND, what, remedy)


async def _missing_registry(request: Request, error: Exception) -> Response:
    what, _ = _texts(error)
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, what, "`modelward people add` starts a registry")


async def _unavailable(request: Request, error: Exception) -> Response:
    what, remedy = _texts(error)
    logger.warning("%s cannot be shown: %s", request.url.path, what)
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, what, remedy, Retry_After="5")


async def _unexpected(request: Request, error: Exception) -> Response:
    return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the page could not be rendered", "read the log of the server")


def _texts(error: Exception) -> tuple[str, str]:
    return (error.what, error.remedy) if isinstance(error, ModelwardError) else (str(error), "")
