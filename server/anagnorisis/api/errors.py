"""The one table from error to status, and the problem+json that every refusal becomes (RFC 9457)."""

import logging
import traceback
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from anagnorisis.auth.refusals import ForeignOrigin, NoSession, TooManyTries, WrongCode, WrongHost
from anagnorisis.domain import (
    AnagnorisisError,
    BadValue,
    Conflict,
    NotAllowed,
    Refused,
    SourceAway,
    Unknown,
    Unreadable,
    WorkerLost,
)
from anagnorisis.egress.refusals import HostBusy, Unreachable

STATUS: dict[type[AnagnorisisError], int] = {
    BadValue: 400,
    NoSession: 401,
    WrongCode: 403,
    ForeignOrigin: 403,
    NotAllowed: 403,
    Unknown: 404,
    Conflict: 409,
    WrongHost: 421,
    Unreadable: 422,
    TooManyTries: 429,
    Refused: 400,
    HostBusy: 503,
    Unreachable: 502,
    SourceAway: 503,
    WorkerLost: 503,
    AnagnorisisError: 500,
}
MEDIA_TYPE = "application/problem+json"
BROKEN = "The server could not do this; its log says why. Nothing that was acknowledged is lost."

log = logging.getLogger("anagnorisis.api")


class ProblemDetails(msgspec.Struct, frozen=True):
    """A refusal as a device gets it; `detail` is a sentence fit to show."""

    title: str
    status: int
    code: str
    detail: str
    type: str = "about:blank"
    item: str = ""


def details_of(error: AnagnorisisError) -> ProblemDetails:
    """What a device is told of one of our errors."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return ProblemDetails(HTTPStatus(status).phrase, status, error.code, error.what, item=error.item)


def headers_of(error: AnagnorisisError) -> dict[str, str]:
    """Headers that go with an error: when to try again."""
    return {"retry-after": str(error.after_s)} if isinstance(error, TooManyTries | HostBusy) else {}


def answer_refusal(_: Request[Any, Any, Any], error: AnagnorisisError) -> Response[bytes]:
    """One of our errors as an answer."""
    return _response(details_of(error), headers_of(error))


def answer_misfit(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """A request that does not fit a route: a wrong shape, method or address."""
    status = HTTPStatus(error.status_code)
    code = "bad_value" if status == HTTPStatus.BAD_REQUEST else status.name.lower()
    detail = f"{request.method} {request.url.path}: {error.detail}"
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        reasons = "; ".join(f"{one['key']}: {one['message']}" for one in error.extra if "key" in one)
        detail = f"This does not fit: {reasons or error.detail}."
    return _response(ProblemDetails(status.phrase, status, code, detail), dict(error.headers or {}))


def answer_breakdown(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Anything else is a fault of ours: the log gets the traceback, the device a sentence."""
    return _response(breakdown(request.method, request.url.path, error), {})


def breakdown(method: str, path: str, error: Exception) -> ProblemDetails:
    """Note a fault of ours in the log; what the device is told of it."""
    log.error("%s %s\n%s", method, path, "".join(traceback.format_exception(error)))
    return ProblemDetails("Internal Server Error", 500, "broken", BROKEN)


def _response(details: ProblemDetails, headers: dict[str, str]) -> Response[bytes]:
    body = msgspec.json.encode(details)
    told = {"cache-control": "no-store", **headers}
    return Response(body, status_code=details.status, media_type=MEDIA_TYPE, headers=told)
