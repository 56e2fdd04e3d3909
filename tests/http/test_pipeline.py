"""What is recorded of requests that nobody could finish."""

import asyncio
from typing import Any

import pytest

from adapters.http.pipeline.client_address import ClientAddress
from adapters.http.pipeline.rules import Rules
from adapters.http.pipeline.stack import wrapped
from application.operations.requests import RequestEntry, Tally
from tests.asgi import SignedInRead

pytestmark = pytest.mark.sqlite

HEAD = {"type": "http.response.start", "status": 200, "headers": []}


@pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError])
@pytest.mark.parametrize(("sent", "status"), [([], 500), ([HEAD], 200)])
async def test_a_request_that_fails_is_recorded_as_one(
    error: type[BaseException], sent: list[Any], status: int
) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        for message in sent:
            await send(dict(message))
        raise error

    records: list[RequestEntry] = []
    app = wrapped(
        failing,
        rules=Rules(),
        client_address=ClientAddress(),
        observe=records.append,
        begin_tally=Tally,
        body_seconds=1,
        body_max_bytes=1_024,
        https=False,
    )
    with pytest.raises(error):
        await SignedInRead(app, "token")()
    assert [(record.level, record.status) for record in records] == [("error", status)]
