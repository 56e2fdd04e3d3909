"""Schemathesis tries the operators' calls, as an operator in a session."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.client import Client, connect
from tests.conftest import serving, settings_in
from tests.engines import using
from tests.examples import PASSWORD
from tests.http.test_openapi import OPERATORS_IDS
from tests.operations.conftest import make_operator

POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
WITH_BODY = {
    "changeUsers",
    "createInvitation",
    "createToken",
    "createUser",
    "editUser",
    "inviteOperator",
    "joinOperators",
    "setRoles",
    "setUp",
}
IN_PERSON = {"createToken", "inviteOperator"}
"""Half of their bad data is "no cookie", which this test then sends after all."""
WAITING = {"followEvents", "tailRequests"}
_names = count()


@pytest.fixture(scope="module")
def operated(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Settings]]:
    with using(engine):
        own = settings_in(tmp_path_factory.mktemp("operated"))
        app = create_app(own)
    with serving(app) as url:
        yield url, own


def at_work(client: Client, own: Settings) -> None:
    """The case before may have ended the session, the rights or the account."""
    if client.request("GET", "/api/ops/me").status != 200:
        name = f"root{next(_names)}"
        make_operator(own, name)
        assert client.log_in(name, PASSWORD).status == 200


@pytest.mark.parametrize(
    ("operation_id", "mode"),
    [
        *((operation_id, POSITIVE) for operation_id in sorted(OPERATORS_IDS)),
        *((operation_id, NEGATIVE) for operation_id in sorted(WITH_BODY)),
    ],
)
def test_an_operators_call_does_what_the_document_says(
    operation_id: str, mode: GenerationMode, operated: tuple[str, Settings]
) -> None:
    url, own = operated
    document = schemathesis.openapi.from_url(f"{url}/schema/openapi.json")
    operation = document.find_operation_by_id(operation_id)
    # No schema can say which columns there are, or which user has which id.
    exempt: list[Any] = [positive_data_acceptance]
    exempt += [negative_data_rejection] if operation_id in IN_PERSON else []
    with connect(url) as client:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        def check(case: schemathesis.Case[Any]) -> None:
            at_work(client, own)
            if operation_id in WAITING:
                case.query["wait"] = 0
            case.call_and_validate(cookies=dict(client.cookies), excluded_checks=exempt)

        check()
