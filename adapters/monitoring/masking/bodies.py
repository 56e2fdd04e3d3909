"""What of a request's body may be kept: its shape."""

import json

from adapters.monitoring.masking.values import HIDDEN
from domain.operator import Scope

SHOWN_FIELDS = frozenset(
    {"days", "uses", "version", "is_operator", "keep_access_tokens", "cookie", "scopes"}
)
"""Flags, numbers and scopes."""
HIDDEN_FIELDS = frozenset(
    {
        "username",
        "password",
        "current_password",
        "code",
        "invitation",
        "name",
        "note",
        "reason",
        "ids",
        "action",
        "add",
        "remove",
        "roles",
        "metadata",
    }
)
_SCOPES = frozenset(scope.value for scope in Scope)
_AT_MOST = 50


def shape_of(raw: bytes, *, refused: bool) -> str | None:
    """The fields we know, and the values of those that cannot hold a secret or anything about a
    person, as JSON; `None` if it is no JSON.

    Names are hidden too: somebody may have typed the password there, and the record may be kept
    longer than the account. Of a refused body no value is shown.
    """
    try:
        return json.dumps(_shape(json.loads(raw), refused=refused))
    except (ValueError, RecursionError):
        return None


def _shape(body: object, *, refused: bool) -> object:
    if not isinstance(body, dict):
        return HIDDEN
    shown: dict[str, object] = {}
    for name, value in list(body.items())[:_AT_MOST]:
        if name == "scopes" and isinstance(value, list) and not refused:
            shown[name] = [each if each in _SCOPES else HIDDEN for each in map(str, value)]
        elif name in SHOWN_FIELDS:
            plain = isinstance(value, int) and not refused
            shown[name] = value if plain else HIDDEN
        elif name in HIDDEN_FIELDS:
            shown[name] = HIDDEN
        else:
            shown[HIDDEN] = HIDDEN
    return shown
