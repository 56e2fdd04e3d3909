"""The OpenAPI document, where operators' programs look for it."""

from typing import Any

from litestar import Request, Response, get

from adapters.http.operations.access import answers_operators, operators
from adapters.http.pages.api_page import as_json, as_yaml, rendered
from domain.operator import Scope

_YAML = "application/yaml"


@get(
    "/api/ops/openapi.json",
    operation_id="getOpenApiJson",
    summary="Get this document as JSON",
    tags=["Operations"],
    responses=answers_operators(),
    **operators(Scope.API_VIEW),
)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same as `/schema/openapi.json`."""
    return Response(await rendered(request.app, as_json), media_type="application/json")


@get(
    "/api/ops/openapi.yaml",
    operation_id="getOpenApiYaml",
    summary="Get this document as YAML",
    tags=["Operations"],
    media_type=_YAML,
    responses=answers_operators(),
    **operators(Scope.API_VIEW),
)
async def openapi_yaml(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same as `/schema/openapi.yaml`."""
    return Response(await rendered(request.app, as_yaml), media_type=_YAML)
