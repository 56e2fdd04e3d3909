"""What is recorded of requests that nobody could finish."""

import asyncio
from typing import Any

import pytest

from adapters.http.edge import Edge
from adapters.http.network import ClientAddress
from adapters.http.rules import Rules
from domain.traffic import RequestRecord, Tally
from tests.asgi import SignedInRead

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

    records: list[RequestRecord] = []
    edge = Edge(
        failing,
        rules=Rules(),
        client_address=ClientAddress(),
        observe=records.append,
        begin_tally=Tally,
        body_seconds=1,
        https=False,
    )
    with pytest.raises(error):
        await SignedInRead(edge, "token")()
    assert [(record.level, record.status) for record in records] == [("error", status)]
