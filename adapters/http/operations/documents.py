"""The OpenAPI document, where operators' programs look for it."""

from typing import Any

from litestar import Request, Response, get
from litestar.openapi import ResponseSpec

from adapters.http.operations.access import answers_operators, operators
from adapters.http.pages.api_page import as_json, as_yaml, rendered
from adapters.http.problems import Answers
from domain.operator import Scope

_YAML = "application/yaml"


def _answers(media_type: str) -> Answers:
    document = ResponseSpec(
        dict[str, object],
        description="An OpenAPI document.",
        media_type=media_type,
        generate_examples=False,
    )
    return Answers({200: document, **answers_operators()})


@get(
    "/api/ops/openapi.json",
    operation_id="getOpenApiJson",
    summary="Get this document as JSON",
    tags=["Operations"],
    responses=_answers("application/json"),
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
    responses=_answers(_YAML),
    **operators(Scope.API_VIEW),
)
async def openapi_yaml(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same as `/schema/openapi.yaml`."""
    return Response(await rendered(request.app, as_yaml), media_type=_YAML)
