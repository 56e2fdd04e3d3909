"""A request as it is recorded, like most of them."""

import time

from application.operations.requests import RequestEntry, Tally

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FIELDS = ((b"host", b"localhost"), (b"user-agent", FIREFOX.encode()), (b"cookie", b"sessionid=x"))
RECORD = RequestEntry(
    time=time.time(),
    request_id="0123456789abcdef",
    level="info",
    method="GET",
    route="/api/user",
    path="/api/user",
    query=b"",
    status=200,
    problem="",
    duration_ms=0.1,
    address="127.0.0.1",
    user_id=1,
    request_fields=FIELDS,
    request_body=b"",
    request_bytes=0,
    response_fields=FIELDS,
    response_bytes=71,
    tally=Tally(),
    error=None,
)
