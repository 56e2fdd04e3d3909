"""Schemathesis reads the OpenAPI document and tries to catch the service out."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.client import connect
from tests.examples import PASSWORD, fresh_name
from tests.http.test_openapi import OPERATION_IDS

# What a rule of the domain refuses fits the document all the same: a name that is taken, a wrong
# password, a password measured in bytes. No schema can say so.
REFUSED_BY_MEANING = {"signUp", "logIn", "updateUser", "resetPassword"}

POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.mark.parametrize(
    ("operation_id", "mode"),
    [
        *((operation_id, POSITIVE) for operation_id in sorted(OPERATION_IDS)),
        *((operation_id, NEGATIVE) for operation_id in sorted(REFUSED_BY_MEANING)),
    ],
)
def test_an_operation_does_what_the_document_says(
    operation_id: str, mode: GenerationMode, live_url: str
) -> None:
    document = schemathesis.openapi.from_url(f"{live_url}/schema/openapi.json")
    operation = document.find_operation_by_id(operation_id)
    exempt: list[Any] = [positive_data_acceptance] if operation_id in REFUSED_BY_MEANING else []
    if operation_id == "updateUser":
        # Half of its bad data is "no cookie", which this test then sends after all.
        exempt.append(negative_data_rejection)

    with connect(live_url) as client:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        def check(case: schemathesis.Case[Any]) -> None:
            if client.me().status == 401:  # the case before may have ended the session
                client.sign_up(fresh_name(), PASSWORD)
            case.call_and_validate(cookies=dict(client.cookies), excluded_checks=exempt)

        check()
