"""What a handler says about who may call it, to the service and in the OpenAPI document."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from adapters.http.options import SCOPE
from adapters.http.problem_kinds import (
    CROSS_ORIGIN,
    MALFORMED,
    TIMEOUT,
    TOO_LARGE,
    UNSUPPORTED,
    Kind,
)
from adapters.http.problems import Answers, answers
from domain.errors import NotAnOperator, NotSignedIn, ScopeMissing, StorageUnavailable
from domain.operator import Operator, Scope
from domain.secrets import SessionToken

OperatorRequest = Request[Operator, SessionToken | None, State]
"""`request.user` is the operator, in person or by a program."""

BODY = (MALFORMED, TIMEOUT, TOO_LARGE, UNSUPPORTED)


def operators(*scopes: Scope) -> dict[str, Any]:
    """Options of a handler for operators: in a session, or with an access token of one of these
    scopes.
    """
    return {
        "opt": {SCOPE: scopes},
        "security": [{"session": []}, *({"accessToken": [each.value]} for each in scopes)],
    }


def in_person(*scopes: Scope) -> dict[str, Any]:
    """Options of a handler for operators with a session. An access token is refused: for want of a
    scope or, with it, because no person shows it.
    """
    return {"opt": {SCOPE: scopes}, "security": [{"session": []}]}


def answers_operators(*errors: type[Exception], also: tuple[Kind, ...] = ()) -> Answers:
    """For OpenAPI: as `answers`, with what every operation of operators can answer."""
    return answers(
        NotSignedIn,
        NotAnOperator,
        ScopeMissing,
        StorageUnavailable,
        *errors,
        also=(CROSS_ORIGIN, *also),
    )
