"""The OpenAPI document and the page to try it on, which needs nothing but this server."""

from pathlib import Path
from typing import Any

import yaml
from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import json
from swagger_ui_bundle import swagger_ui_path

from adapters.http.authentication import PUBLIC
from adapters.http.cookies import Cookies
from adapters.http.edge import PAGE_POLICY

_PAGES = Path(__file__).with_name("pages")
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_ASSETS = {
    "swagger-ui.css": (Path(swagger_ui_path), "text/css"),
    "swagger-ui-bundle.js": (Path(swagger_ui_path), "text/javascript"),
    "start.js": (_PAGES, "text/javascript"),
}


class ApiPage(SwaggerRenderPlugin):
    """Swagger UI from the package `swagger-ui-bundle-v2`, started by a script file of ours, so that
    the page works under `default-src 'self'`.
    """

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return (_PAGES / "api.html").read_bytes()

    def receive_router(self, router: Router) -> None:
        """Serve the assets, and leave other paths to our own problem document."""
        router.routes[:] = [route for route in router.routes if "{path:str}" not in route.path]
        router.register(_asset)


class Yaml(YamlRenderPlugin):
    """The document as YAML, written once: Litestar's own plugin holds the event loop for 50 ms at
    every request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._rendered is None:
            plain = json.decode(json.encode(openapi_schema))
            self._rendered = yaml.dump(plain, Dumper=_DUMPER, sort_keys=False).encode()
        return self._rendered


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@get("/assets/{name:str}", include_in_schema=False, sync_to_thread=True)
def _asset(name: FromPath[str]) -> Response[bytes]:
    """One of the three files the page needs."""
    if name not in _ASSETS:
        raise NotFoundException
    folder, media_type = _ASSETS[name]
    return Response((folder / name).read_bytes(), media_type=media_type)


@get("/", include_in_schema=False, opt=PUBLIC)
async def to_the_api_page() -> Redirect:
    """For people who type the address into a browser."""
    return Redirect("/schema")


def openapi_config(cookies: Cookies, version: str) -> OpenAPIConfig:
    """Under /schema: the page, /schema/openapi.json and /schema/openapi.yaml."""
    scheme = SecurityScheme(
        type="apiKey",
        name=cookies.session_name,
        security_scheme_in="cookie",
        description="Set by sign-up and login.",
    )
    return OpenAPIConfig(
        title="Frontdesk",
        version=version,
        summary="An account service that you run yourself.",
        description="Failures are problem documents (RFC 9457); decide by their `code`.",
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[ApiPage(), Yaml()],
        openapi_router=Router(
            "/schema",
            route_handlers=[],
            opt=PUBLIC,
            response_headers=_HEADERS,
            include_in_schema=False,
        ),
        components=Components(security_schemes={"session": scheme}),
        security=[{"session": []}],
        tags=[
            Tag("Account", "Sign up, log in, log out, read, change and delete yourself."),
            Tag("Sessions and records", "Where you are signed in, and what happened."),
            Tag("Health", "For load balancers and supervisors."),
        ],
    )
