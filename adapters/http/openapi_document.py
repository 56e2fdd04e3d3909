"""The OpenAPI document: what Litestar reads from the handlers, with header fields and examples."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar

from adapters.http.examples import show_examples

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_TEXT: dict[str, Any] = {"type": "string"}

_HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {
        "description": "Id of the request in the logs: the client's, if it sent one of 1 to 42"
        " letters, digits, dots, underscores or hyphens, else one of the service.",
        "schema": _TEXT,
    },
    "Retry-After": {
        "description": "Seconds after which it may be tried again (RFC 9110, §10.2.3).",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate (RFC 9110, §11.6.1); for an access token of too small a"
        " scope, which one it needs (RFC 6750, §3).",
        "schema": _TEXT,
    },
    "Set-Cookie": {
        "description": "The session cookie, and the cookie that marks a known browser; or the end"
        " of the session cookie. None is set with `cookie: false`.",
        "schema": _TEXT,
    },
    "Content-Disposition": {"description": "Name of the file (RFC 6266).", "schema": _TEXT},
    "Location": {"description": "The page to sign in on.", "schema": _TEXT},
    "Remote-User": {"description": "Username, percent-encoded UTF-8.", "schema": _TEXT},
    "Remote-User-Id": {"description": "Id of the user.", "schema": _TEXT},
    "Remote-Roles": {
        "description": "Roles of the user, separated by commas; `-` if there are none.",
        "schema": _TEXT,
    },
}
_OF_STATUS = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
_COOKIE = ("Set-Cookie",)
_FILE = ("Content-Disposition",)
_OF_SUCCESS = {
    **dict.fromkeys(("signUp", "logIn", "resetPassword", "updateUser"), _COOKIE),
    **dict.fromkeys(("logOut", "deleteAccount", "endSession"), _COOKIE),
    **dict.fromkeys(("exportAccount", "exportRows", "exportRequests"), _FILE),
    "authorize": ("Remote-User", "Remote-User-Id", "Remote-Roles"),
}
"""By the id of the operation."""


def document_of(app: Litestar) -> dict[str, Any]:
    """The whole document. It takes 50 ms."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    document["components"]["headers"] = _HEADERS
    show_examples(document["components"]["schemas"])
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            names = _headers_of(operation, status)
            response["headers"] = {
                name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)
            }
    return document


def _headers_of(operation: dict[str, Any], status: str) -> set[str]:
    named = {"X-Request-ID", *_OF_STATUS.get(status, ())}
    if status.startswith("2"):
        named |= {*_OF_SUCCESS.get(operation["operationId"], ())}
    elif status.startswith("3"):
        named.add("Location")
    elif status == "403" and any("accessToken" in each for each in operation.get("security", ())):
        named.add("WWW-Authenticate")
    return named


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                yield operation
