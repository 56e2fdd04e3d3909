"""The wrappers around the application, put on innermost first: the last is the outermost."""

from collections.abc import Callable

from litestar.types import ASGIApp

from adapters.http.pipeline.client_address import ClientAddress
from adapters.http.pipeline.context import RequestContext
from adapters.http.pipeline.form import FormRules
from adapters.http.pipeline.head import HeadWithoutBody
from adapters.http.pipeline.recording import Recording
from adapters.http.pipeline.response_headers import ResponseHeaders
from adapters.http.pipeline.rules import Rules
from adapters.http.pipeline.timely_body import TimelyBodies
from application.operations.requests import Observe, Tally


def wrapped(
    app: ASGIApp,
    *,
    rules: Rules,
    client_address: ClientAddress,
    observe: Observe,
    begin_tally: Callable[[], Tally],
    body_seconds: float,
    body_max_bytes: int,
    https: bool,
) -> ASGIApp:
    """The application, with everything that happens to a request before it and to the answer after
    it: also where no handler is found, which Litestar's own middleware does not see. `body_seconds`
    is how long a body may take to arrive, `body_max_bytes` how large it may be.
    """
    app = TimelyBodies(app, seconds=body_seconds, max_bytes=body_max_bytes)
    app = FormRules(app, rules)
    app = HeadWithoutBody(app)
    app = ResponseHeaders(app, https=https)
    app = Recording(app, observe, begin_tally)
    return RequestContext(app, client_address)
