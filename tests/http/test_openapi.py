"""The OpenAPI document, and what must hold for every operation in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from adapters.http.examples import EXAMPLES, fields, wants_example
from adapters.http.problem_kinds import DOMAIN
from adapters.monitoring.masking.bodies import HIDDEN_FIELDS, SHOWN_FIELDS
from entrypoints.web_app import create_app
from tests.client import Client
from tests.conftest import settings_in
from tests.examples import PASSWORD, fresh_name

pytestmark = pytest.mark.sqlite

PUBLIC = {
    ("post", "/api/user/signup"),
    ("post", "/api/user/login"),
    ("post", "/api/user/logout"),
    ("post", "/api/user/reset"),
    ("post", "/api/ops/set-up"),
    ("post", "/api/ops/operators"),
    ("get", "/healthz"),
    ("get", "/readyz"),
}
ALWAYS = {"host_not_allowed", "url_too_long", "headers_too_large", "transfer_coding_unknown"}
OPERATION_IDS = {
    "signUp",
    "logIn",
    "logOut",
    "getUser",
    "updateUser",
    "deleteAccount",
    "getSession",
    "authorize",
    "listSessions",
    "endSession",
    "endOtherSessions",
    "listEvents",
    "exportAccount",
    "resetPassword",
    "healthz",
    "readyz",
}
OPERATORS_IDS = {
    "setUp",
    "getOperator",
    "getAbout",
    "listSettings",
    "getOpenApiJson",
    "getOpenApiYaml",
    "listTables",
    "listRows",
    "exportRows",
    "getRow",
    "countRows",
    "countValues",
    "createUser",
    "editUser",
    "disableUser",
    "promoteUser",
    "inviteOperator",
    "joinOperators",
    "demoteOperator",
    "enableUser",
    "removeUser",
    "setResetCode",
    "setRoles",
    "showThrottle",
    "resetThrottle",
    "endUserSessions",
    "endUserSession",
    "followEvents",
    "listRequests",
    "exportRequests",
    "tailRequests",
    "countRequests",
    "countRequestValues",
    "getRequest",
    "countRequestsOverTime",
    "listEndpoints",
    "forgetRequests",
    "getMetrics",
    "getMetricsHistory",
    "listNodes",
    "listTokens",
    "createToken",
    "revokeToken",
    "listInvitations",
    "createInvitation",
    "revokeInvitation",
    "changeUsers",
}
OPERATORS = {"not_signed_in", "not_an_operator", "insufficient_scope", "storage_unavailable",
             "cross_origin_refused"}  # fmt: skip


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    response = client.request("GET", "/schema/openapi.json")
    assert response.status == 200
    document: dict[str, Any] = response.data
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_it_is_openapi_3_1_and_names_every_operation(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    found = {operation["operationId"] for _, _, operation in operations(document)}
    assert found == OPERATION_IDS | OPERATORS_IDS
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path


def test_every_operation_outside_the_named_ones_demands_a_session(
    client: Client, document: dict[str, Any]
) -> None:
    closed = [(m, p) for m, p, _ in operations(document) if (m, p) not in PUBLIC]
    assert closed
    for method, path in closed:
        url = re.sub(r"\{\w+\}", "1", path)
        body: dict[str, str] | None = {} if method in ("put", "patch") else None
        response = client.request(method.upper(), url, json=body)
        assert (response.status, response.code) == (401, "not_signed_in"), path


def test_it_says_which_operations_demand_a_session(document: dict[str, Any]) -> None:
    scheme = document["components"]["securitySchemes"]["session"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "cookie", "sessionid")
    assert document["security"] == [{"session": []}, {"bearerSession": []}]
    for method, path, operation in operations(document):
        is_open = operation.get("security") == [{}]
        assert is_open == ((method, path) in PUBLIC), path


@pytest.mark.parametrize(
    ("method", "path", "codes"),
    [
        ("post", "/api/user/signup",
         {"malformed_request", "invalid_request", "invalid_username", "invalid_password",
          "username_taken", "cross_origin_refused", "request_timeout", "body_too_large",
          "unsupported_media_type", "sign_up_closed",
          "too_many_attempts", "busy", "storage_full", "storage_unavailable"}),
        ("post", "/api/user/login",
         {"malformed_request", "invalid_request", "invalid_credentials", "cross_origin_refused",
          "request_timeout", "body_too_large", "unsupported_media_type",
          "too_many_attempts", "busy",
          "storage_full",
          "storage_unavailable"}),
        ("post", "/api/user/logout",
         {"cross_origin_refused", "body_too_large", "unsupported_media_type", "storage_full",
          "storage_unavailable"}),
        ("get", "/api/user", {"not_signed_in", "storage_unavailable"}),
        ("put", "/api/user",
         {"malformed_request", "invalid_request", "invalid_username", "invalid_password",
          "username_taken", "not_signed_in", "invalid_credentials", "fresh_login_required",
          "cross_origin_refused", "request_timeout", "body_too_large", "unsupported_media_type",
          "busy", "storage_full", "storage_unavailable",
          "too_many_attempts"}),
        ("delete", "/api/user",
         {"last_operator",
          "malformed_request", "invalid_request", "not_signed_in", "invalid_credentials",
          "fresh_login_required", "cross_origin_refused", "request_timeout", "body_too_large",
          "unsupported_media_type",
          "too_many_attempts", "busy", "storage_full", "storage_unavailable"}),
        ("get", "/api/user/sessions", {"not_signed_in", "storage_unavailable"}),
        ("delete", "/api/user/sessions",
         {"not_signed_in", "cross_origin_refused", "storage_full", "storage_unavailable"}),
        ("delete", "/api/user/sessions/{session_id}",
         {"not_signed_in", "no_such_session", "cross_origin_refused", "invalid_request",
          "storage_full", "storage_unavailable"}),
        ("get", "/api/user/events",
         {"invalid_request", "not_signed_in", "storage_unavailable"}),
        (
            "get",
            "/api/user/export",
            {"not_signed_in", "too_many_attempts", "storage_full", "storage_unavailable"},
        ),
        ("post", "/api/user/reset",
         {"malformed_request", "invalid_request", "invalid_code", "invalid_password",
          "cross_origin_refused", "request_timeout", "body_too_large", "unsupported_media_type",
          "busy", "storage_full", "storage_unavailable"}),
        *(
            ("post", path,
             {"malformed_request", "invalid_request", "invalid_code", "invalid_username",
              "invalid_password", "username_taken", "cross_origin_refused", "request_timeout",
              "body_too_large", "unsupported_media_type", "busy", "storage_full",
              "storage_unavailable"})
            for path in ("/api/ops/set-up", "/api/ops/operators")
        ),
        ("get", "/api/ops/me", OPERATORS),
        ("get", "/api/ops/tables/{table}/rows",
         OPERATORS | {"invalid_query", "query_too_slow", "invalid_request", "busy"}),
        ("patch", "/api/ops/users/{user_id}",
         OPERATORS | {"malformed_request", "invalid_request", "invalid_username",
                      "invalid_password", "username_taken", "no_such_user", "edit_conflict",
                      "operator_in_person_required", "fresh_login_required", "request_timeout",
                      "body_too_large", "unsupported_media_type", "busy", "storage_full"}),
        ("delete", "/api/ops/tokens/{token_id}",
         OPERATORS | {"no_such_token", "invalid_request", "storage_full"}),
        ("get", "/healthz", set()),
        ("get", "/readyz", {"storage_full", "storage_unavailable"}),
    ],
)  # fmt: skip
def test_it_lists_every_error_a_call_can_give_with_an_example(
    document: dict[str, Any], method: str, path: str, codes: set[str]
) -> None:
    responses = document["paths"][path][method]["responses"]
    assert "200" in responses
    found = set()
    for status, response in responses.items():
        if status == "200":
            continue
        (media_type,) = response["content"]
        assert media_type == "application/problem+json"
        for code, example in response["content"][media_type]["examples"].items():
            assert example["value"]["code"] == code
            assert example["value"]["status"] == int(status)
            found.add(code)
    assert found == codes | ALWAYS


def test_every_failure_of_the_domain_is_documented_somewhere(document: dict[str, Any]) -> None:
    text = str(document)
    assert [kind.code for kind in DOMAIN.values() if kind.code not in text] == []


def test_every_operation_parameter_and_field_is_described(document: dict[str, Any]) -> None:
    missing = []
    for path, method, operation in operations(document):
        said = {"description": operation.get("description"), "summary": operation.get("summary")}
        missing += [f"{method} {path} {name}" for name, text in said.items() if not text]
        parameters = operation.get("parameters", [])
        missing += [f"{path} {each['name']}" for each in parameters if not each.get("description")]
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if "description" not in str(described) and "$ref" not in described:
                missing.append(f"{name}.{field}")
    assert missing == []


def test_every_field_whose_values_are_open_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    described = [each for each in fields(schemas) if wants_example(each[2])]
    assert not [f"{name}.{field}" for name, field, shape in described if not shape.get("examples")]
    shown = {
        f"{name}.{field}" if f"{name}.{field}" in EXAMPLES else field
        for name, field, _ in described
    }
    assert {*EXAMPLES} <= shown, "an example that no field has"


def test_of_every_field_of_a_body_it_is_said_whether_it_may_be_logged(
    document: dict[str, Any],
) -> None:
    schemas, unknown = document["components"]["schemas"], set()
    for _, _, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = str(content["schema"]).partition("schemas/")[2].partition("'")[0]
            unknown |= {*schemas[name]["properties"]} - SHOWN_FIELDS - HIDDEN_FIELDS
    assert unknown == set()


def test_every_word_of_which_one_is_chosen_is_explained(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    chosen = {name: schema for name, schema in schemas.items() if "enum" in schema}
    assert {"EventKind", "Scope", "LimitName", "State"} <= {*chosen}
    missing = [
        f"{name}.{word}"
        for name, schema in chosen.items()
        for word in schema["enum"]
        if f"`{word}`" not in schema["description"]
    ]
    assert missing == []
    assert not [name for name, schema in chosen.items() if "\n  " in schema["description"]]


def test_the_header_fields_of_answers_are_described(
    client: Client, document: dict[str, Any]
) -> None:
    told = {name.lower(): name for name in document["components"]["headers"]}
    credentials = {"username": fresh_name(), "password": PASSWORD}
    seen = set()
    for method, path, body, status in (
        ("get", "/api/user", None, "401"),
        ("post", "/api/user/signup", credentials, "200"),
        ("post", "/api/user/login", credentials, "200"),
        ("get", "/api/authz", None, "200"),
        ("get", "/api/user/export", None, "200"),
        ("get", "/api/ops/tables", None, "403"),
        ("post", "/api/user/logout", None, "200"),
        ("get", "/readyz", None, "200"),
    ):
        answer = client.request(method.upper(), path, json=body)
        assert str(answer.status) == status, path
        described = document["paths"][path][method]["responses"][status]["headers"]
        sent = {told[name.lower()] for name in answer.headers if name.lower() in told}
        assert sent <= {*described}, path
        seen |= sent
    assert seen == {*told.values()} - {"Retry-After", "Location"}


def test_the_user_is_described_with_limits_and_examples(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert list(schemas["UserView"]["properties"]) == ["id", "username", "signup_time"]
    assert schemas["UserView"]["properties"]["signup_time"]["format"] == "date-time"
    username = schemas["Credentials"]["properties"]["username"]
    assert (username["minLength"], username["maxLength"]) == (1, 20)
    assert username["examples"] == ["user1"]
    assert set(schemas["Credentials"]["required"]) == {"username", "password"}
    assert not schemas["UserUpdate"].get("required")


def test_the_examples_of_the_document_work(client: Client, document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["Credentials"]["properties"]
    password = properties["password"]["examples"][0]
    assert client.sign_up(fresh_name(), password).status == 200


def test_there_is_yaml_too(client: Client) -> None:
    response = client.request("GET", "/schema/openapi.yaml")
    assert response.status == 200
    assert "operationId: signUp" in response.text


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    page = client.request("GET", "/schema")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "http" not in page.text
    assets = re.findall(r'="(/schema/assets/[^"]+)"', page.text)
    assert len(assets) == 4
    for asset in assets:
        assert client.request("GET", asset).status == 200


def test_the_root_leads_to_the_page(client: Client) -> None:
    response = client.request("GET", "/")
    assert (response.status, response.headers["location"]) == (302, "/schema")


def test_the_password_is_never_repeated(client: Client) -> None:
    name = fresh_name()
    for response in (
        client.sign_up(name, PASSWORD),
        client.sign_up(name, PASSWORD),
        client.log_in(name, PASSWORD),
        client.update(password=PASSWORD, current_password="wrong one"),
    ):
        assert PASSWORD not in response.text
        assert "wrong one" not in response.text


def test_no_handler_replaces_the_demand_for_a_session(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))
    handlers = [
        handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    ]
    assert len(handlers) > len(OPERATION_IDS)
    for handler in handlers:
        _, *inner = handler.ownership_layers
        assert [layer.before_request for layer in inner] == [None] * len(inner), handler
