"""The OpenAPI document and the page to try it on, which needs nothing but this server."""

from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from litestar import Litestar, Request, Response, Router, get
from litestar.enums import OpenAPIMediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import json

from adapters.http.cookies import Cookies
from adapters.http.openapi_document import document_of
from adapters.http.options import PUBLIC
from adapters.http.pages.static_files import StaticFile, StaticFiles, page_of
from adapters.http.pipeline.response_headers import PAGE_POLICY

_PAGES = Path(__file__).parent
_SWAGGER_UI = _PAGES / "swagger-ui"
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_ASSETS = StaticFiles(
    _SWAGGER_UI / "swagger-ui.css",
    _SWAGGER_UI / "swagger-ui-bundle.js",
    _PAGES / "api.css",
    _PAGES / "start.js",
)
_HTML = StaticFiles(_PAGES / "api.html")


class ApiPage(SwaggerRenderPlugin):
    """Swagger UI as npm has it (docs/dependencies.md), started by a script file of ours, so that
    the page works under `default-src 'self'`.
    """

    def receive_router(self, router: Router) -> None:
        """Put our handlers in the place of Litestar's, which make the document on the event loop,
        where it takes 50 ms, and answer other paths in HTML.
        """
        router.routes.clear()
        for handler in (_page, _as_json, _as_yaml, _asset):
            router.register(handler)


async def rendered(app: Litestar, render: Callable[[object], bytes]) -> bytes:
    """The document, made off the event loop, and once."""
    name = f"rendered_{render.__name__}"
    if name not in app.state:
        app.state[name] = await to_thread(lambda: render(document_of(app)))
    document: bytes = app.state[name]
    return document


def as_json(openapi_schema: object) -> bytes:
    """The document as JSON."""
    return json.encode(openapi_schema)


def as_yaml(openapi_schema: object) -> bytes:
    """The document as YAML."""
    plain = json.decode(json.encode(openapi_schema))
    return bytes(yaml.dump(plain, Dumper=_DUMPER, sort_keys=False, encoding="utf-8"))


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@get("/", include_in_schema=False)
async def _page() -> Response[StaticFile]:
    """With the names under which browsers may keep its files."""
    html = (await _HTML.all())["api.html"].content.decode()
    for file in (await _ASSETS.all()).values():
        html = html.replace(f"/assets/{file.name}", f"/assets/{file.hashed_name}")
    return page_of(html)


@get("/openapi.json", include_in_schema=False, media_type=OpenAPIMediaType.OPENAPI_JSON)
async def _as_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    document = await rendered(request.app, as_json)
    return Response(document, media_type=OpenAPIMediaType.OPENAPI_JSON)


@get(["/openapi.yaml", "/openapi.yml"], include_in_schema=False)
async def _as_yaml(request: Request[Any, Any, Any]) -> Response[bytes]:
    document = await rendered(request.app, as_yaml)
    return Response(document, media_type=OpenAPIMediaType.OPENAPI_YAML)


@get("/assets/{name:str}", include_in_schema=False)
async def _asset(name: FromPath[str]) -> Response[StaticFile]:
    """One of the files the page needs."""
    return await _ASSETS.unchanging(name)


@get("/", include_in_schema=False, opt=PUBLIC)
async def to_the_api_page() -> Redirect:
    """For people who type the address into a browser."""
    return Redirect("/schema")


_DESCRIPTION = """\
Errors are problem details (RFC 9457, `application/problem+json`). Branch on `code`: it is stable.

**Sign in** with the session cookie, or with `Authorization: Bearer` and the session token of a
program. With both, the cookie is ignored. Operators use the session cookie or an access token.

**Pages** follow an opaque `next`. **Timestamps** are RFC 3339 in UTC.

**Limits**: a body has 16 KiB, a URL 8 KiB, a request 100 header fields. 429 and 503 have
`Retry-After` in seconds. Unknown fields of bodies are ignored. Browsers may write from the same
origin and from trusted origins only; requests without `Origin` are not affected.
"""


def openapi_config(cookies: Cookies, version: str) -> OpenAPIConfig:
    """Under /schema: the page, /schema/openapi.json and /schema/openapi.yaml."""
    scheme = SecurityScheme(
        type="apiKey",
        name=cookies.session_name,
        security_scheme_in="cookie",
        description="Set by sign-up and login.",
    )
    bearer = SecurityScheme(
        type="http",
        scheme="bearer",
        description="The `token` of a sign-up, login or reset with `cookie: false`, as `fds_…`. It"
        " does not open the operations API.",
    )
    key = SecurityScheme(
        type="http",
        scheme="bearer",
        description="An access token that an operator has created, as `fdk_…`. Each operation"
        " names its scope. It opens the operations API alone.",
    )
    return OpenAPIConfig(
        title="Frontdesk",
        version=version,
        summary="An account service that you run yourself.",
        description=_DESCRIPTION,
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[ApiPage()],
        openapi_router=Router(
            "/schema",
            route_handlers=[],
            opt=PUBLIC,
            response_headers=_HEADERS,
            include_in_schema=False,
        ),
        components=Components(
            security_schemes={"session": scheme, "bearerSession": bearer, "accessToken": key}
        ),
        security=[{"session": []}, {"bearerSession": []}],
        tags=[
            Tag("Account", "Sign up, log in, log out, read, change and delete yourself."),
            Tag("Sessions and events", "Where you are signed in, and what happened."),
            Tag("Operations", "For operators: becoming one, and this document."),
            Tag("Operations: data", "Tables, users, sessions and events."),
            Tag("Operations: logs", "What was asked, and how it was answered."),
            Tag("Operations: metrics", "How the service is doing."),
            Tag("Operations: tokens", "Access for programs."),
            Tag("Operations: invitations", "Who may sign up where not everybody may."),
            Tag("Health", "For load balancers and supervisors."),
        ],
    )
