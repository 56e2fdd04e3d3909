"""From failures to problem documents (RFC 9457)."""

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Self

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from msgspec import UNSET, Meta, Struct, UnsetType, json

from adapters.http.options import SCOPE
from adapters.http.problem_kinds import ALWAYS, DOMAIN, FRAMEWORK, INTERNAL, INVALID, Kind
from domain.errors import (
    Busy,
    FrontdeskError,
    Invalid,
    NotSignedIn,
    ScopeMissing,
    TooManyAttempts,
    Unavailable,
)

PROBLEM_JSON = "application/problem+json"

_log = logging.getLogger("frontdesk")


class FieldError(Struct, frozen=True):
    """What is wrong with one field of the body."""

    field: Annotated[str, Meta(description="Name of the field.")]
    message: Annotated[str, Meta(description="What is wrong with it.")]


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem document. Decide by `code`; the other texts may change."""

    type: Annotated[str, Meta(description="`urn:frontdesk:problem:` and the code.")]
    title: Annotated[str, Meta(description="The kind of problem, for people.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    code: Annotated[str, Meta(description="The kind of problem, for programs; stable.")]
    detail: Annotated[str, Meta(description="What is wrong and what to do.")]
    errors: Annotated[list[FieldError] | UnsetType, Meta(description="Wrong fields.")] = UNSET


class Unacceptable(Exception):
    """The request is refused for its form, before anybody looks at its meaning."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.headers = kind, detail, dict(headers or {})


def document(kind: Kind, detail: str, errors: list[FieldError] | UnsetType = UNSET) -> Problem:
    """The document for one occurrence."""
    type_ = f"urn:frontdesk:problem:{kind.code.replace('_', '-')}"
    return Problem(type_, kind.title, kind.status, kind.code, detail, errors)


def encode(kind: Kind, detail: str) -> bytes:
    """The document as bytes, for where there is no Litestar around."""
    return json.encode(document(kind, detail))


def from_domain(request: Request[Any, Any, State], error: FrontdeskError) -> Response[Problem]:
    """An expected failure."""
    if error.user_id is not None:
        request.scope["state"]["user_id"] = error.user_id
    if isinstance(error, Unavailable):
        _log_unavailable(request, error)
    errors = [FieldError(error.field, str(error))] if isinstance(error, Invalid) else UNSET
    return _response(DOMAIN[type(error)], str(error), _headers_for(request, error), errors)


def _headers_for(request: Request[Any, Any, State], error: FrontdeskError) -> dict[str, str]:
    match error:
        case NotSignedIn() if SCOPE in request.route_handler.opt:
            return {"WWW-Authenticate": 'Cookie realm="frontdesk", Bearer realm="frontdesk"'}
        case NotSignedIn():
            return {"WWW-Authenticate": 'Cookie realm="frontdesk"'}
        case ScopeMissing(scope=scope):  # RFC 6750 §3.1
            challenge = f'error="insufficient_scope", scope="{scope}"'
            return {"WWW-Authenticate": f'Bearer realm="frontdesk", {challenge}'}
        case TooManyAttempts(retry_after=seconds) | Unavailable(retry_after=seconds):
            return {"Retry-After": str(seconds)}
        case _:
            return {}


def _log_unavailable(request: Request[Any, Any, State], error: Unavailable) -> None:
    """In a storm, that it is busy is seen in the queue's gauges: a line and a stack for each
    request would feed the storm.
    """
    is_busy = isinstance(error, Busy)
    if not is_busy:
        request.scope["state"]["error"] = error
    cause = error.__cause__
    said = "" if cause is None else str(cause) or type(cause).__name__
    level = logging.DEBUG if is_busy else logging.WARNING
    _log.log(level, "%s", type(error).__name__, extra=_context(request, cause=said))


def from_framework(request: Request[Any, Any, State], error: HTTPException) -> Response[Problem]:
    """A refusal by Litestar: routing, decoding, size."""
    if isinstance(error, ValidationException):
        found = [
            _field_error(item)
            for item in (error.extra if isinstance(error.extra, list) else [])
            if isinstance(item, dict)
        ]
        return _response(INVALID, "Some fields are missing or of the wrong type.", {}, found)
    kind = FRAMEWORK.get(error.status_code)
    if kind is None:
        return unexpected(request, error)
    return _response(kind, f"{kind.title}.", error.headers or {})


def from_pipeline(request: Request[Any, Any, State], error: Unacceptable) -> Response[Problem]:
    """A refusal of the request's form."""
    return _response(error.kind, error.detail, error.headers)


def unexpected(request: Request[Any, Any, State], error: Exception) -> Response[Problem]:
    """A mistake of ours: told to the log in full and to the caller not at all."""
    request.scope["state"]["error"] = error
    _log.error("unexpected error", extra=_context(request), exc_info=error)
    return _response(INTERNAL, "It has been logged; quote the X-Request-ID when you report it.")


class Answers(dict[int, ResponseSpec]):
    """What a call can answer, by status. Litestar copies each handler deeply, which for these that
    nobody changes would be a tenth of putting the application together.
    """

    def __deepcopy__(self, _: object) -> Self:
        return self


def answers(*errors: type[Exception], also: tuple[Kind, ...] = ()) -> Answers:
    """For OpenAPI: what a call can answer when it fails, one example a code."""
    details = {kind: f"{kind.title}." for kind in (*also, *ALWAYS)}
    details |= {DOMAIN[error]: _said_by(error) for error in errors}
    by_status: dict[int, list[Kind]] = {}
    for kind in details:
        by_status.setdefault(kind.status, []).append(kind)
    return Answers(
        {
            status: ResponseSpec(
                Problem,
                description="; ".join(f"`{kind.code}`: {kind.title}" for kind in kinds),
                media_type=PROBLEM_JSON,
                generate_examples=False,
                examples=[
                    Example(kind.code, summary=kind.title, value=document(kind, details[kind]))
                    for kind in kinds
                ],
            )
            for status, kinds in sorted(by_status.items())
        }
    )


HANDLERS: dict[Any, Any] = {
    **dict.fromkeys(DOMAIN, from_domain),
    HTTPException: from_framework,
    Unacceptable: from_pipeline,
    Exception: unexpected,
}


def _said_by(error: type[Exception]) -> str:
    """What the error says; the rule broken, if that differs from case to case."""
    has_one_text = not issubclass(error, (Invalid, TooManyAttempts))
    return str(error()) if has_one_text else f"{DOMAIN[error].title}."


def _field_error(item: dict[str, Any]) -> FieldError:
    """Litestar calls the body `data`, and a missing one by no more than that name."""
    key, message = str(item.get("key", "data")), str(item.get("message", ""))
    if key != "data":
        return FieldError(key, message)
    return FieldError("body", "Send a JSON object." if message == "'data'" else message)


def _context(request: Request[Any, Any, State], **more: str) -> dict[str, str]:
    """For the log, whose format masks the path."""
    scope = request.scope
    request_id = str(scope["state"].get("request_id"))
    path = scope["raw_path"].decode("latin-1")
    return {"request_id": request_id, "method": request.method, "path": path, **more}


def _response(
    kind: Kind,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[FieldError] | UnsetType = UNSET,
) -> Response[Problem]:
    return Response(
        document(kind, detail, errors),
        status_code=kind.status,
        media_type=PROBLEM_JSON,
        headers=dict(headers or {}),
    )
