"""Values that the OpenAPI document shows, by the name of the field. `Schema.field` goes before
`field`; what a view says itself goes before both.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_CURSOR = "WzQyXQ"
_TOKEN = "6Tz5pNqkX0hYx8m2cVwB9sJdRfLgAe3uQoKi7tEyMnU"

EXAMPLES: Mapping[str, Any] = {
    # Accounts
    "id": 1,
    "user_id": 1,
    "username": "user1",
    "version": 3,
    "roles": ["member"],
    "metadata": {"plan": "free"},
    "token": _TOKEN,
    "device": _TOKEN,
    "code": _TOKEN,
    "invitation": _TOKEN,
    "address": "192.0.2.1",
    "signup_address": "192.0.2.1",
    "last_address": "192.0.2.1",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "SessionView.device": "Firefox on Linux",
    "EventView.device": "Firefox on Linux",
    "session_id": 7,
    "sessions": 2,
    "ended": 1,
    "events": 12,
    # Events
    "position": 42,
    "actor_id": None,
    "details": {"from": "user1", "to": "user2"},
    "EventPageView.next": 42,
    "next": _CURSOR,
    # Problems
    "Problem.type": "urn:frontdesk:problem:username-taken",
    "Problem.title": "The username is taken",
    "Problem.status": 400,
    "Problem.code": "username_taken",
    "Problem.detail": "This username is taken; choose another one.",
    "field": "username",
    "message": "Expected `str`, got `int`",
    # Operators
    "ids": [1, 2],
    "add": ["editor"],
    "remove": ["member"],
    "OutcomeView.code": "no_such_user",
    "OutcomeView.detail": "There is no such user.",
    "name": "billing",
    "note": "for the new colleague",
    "uses": 1,
    "used": 0,
    "days": 30,
    "issuer_id": 1,
    "issuer_auth_version": 1,
    "issuer_key_id": None,
    "attempts": 10,
    "more": 0,
    "forgotten": 3,
    # Tables
    "rows": [{"id": 1, "username": "user1"}],
    "count": 120,
    "relation": "exact",
    "value": "logged_in",
    "kind": "text",
    "references": "users.id",
    "ColumnView.name": "username",
    "TableView.name": "users",
    # Logged requests
    "requests": 240,
    "ExportView.requests": [{"method": "GET", "path": "/api/user", "status": 200}],
    "answered": 231,
    "refused": 9,
    "failed": 0,
    "lost": 0,
    "method": "GET",
    "route": "/api/user",
    "path": "/api/user",
    "query": "",
    "level": "warning",
    "problem": "not_signed_in",
    "node": "node1",
    "worker": "4711-8c1f0a",
    "duration_ms": 1.4,
    "p50_ms": 0.7,
    "p99_ms": 12.5,
    "slowest_ms": 256.0,
    "request_id": "0b8a1c7e5d2f4a63",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "request_bytes": 48,
    "response_bytes": 71,
    "statements": 1,
    "statements_ms": 0.2,
    "kept_as": "notable",
    "request_headers": {"host": "localhost:8000", "cookie": "…"},
    "response_headers": {"content-type": "application/problem+json"},
    "request_body": {"username": "user1", "password": "…"},
    "error": None,
    # The service
    "Health.status": "ok",
    "AboutView.version": "2.0.0",
    "WorkerView.version": "2.0.0",
    "data_dir": "/var/lib/frontdesk",
    "database": "SQLite",
    "seconds": 60,
    "leases": ["metrics"],
    "SettingView.name": "FRONTDESK_SESSION_DAYS",
    "SettingView.value": "7",
    "source": "default",
    "group": "Sessions and events",
    "meaning": "A session ends this many days after its login.",
    "unset": "",
}


def show_examples(schemas: Mapping[str, Mapping[str, Any]]) -> None:
    """Give every field of these components its example."""
    for name, field, shape in fields(schemas):
        for key in (f"{name}.{field}", field):
            if key in EXAMPLES and wants_example(shape):
                shape.setdefault("examples", [EXAMPLES[key]])
                break


def fields(
    schemas: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Component, name and shape of each field."""
    for name, schema in schemas.items():
        for field, shape in schema.get("properties", {}).items():
            yield name, field, shape


def wants_example(shape: Mapping[str, Any]) -> bool:
    """Whether its shape leaves open what a value looks like."""
    shapes = [shape, *shape.get("oneOf", ())]
    told = any({"$ref", "enum"} & {*each, *each.get("items", {})} for each in shapes)
    plain = any(
        each.get("type") == "boolean" or each.get("format") in {"date-time", "password"}
        for each in shapes
    )
    return not told and not plain
