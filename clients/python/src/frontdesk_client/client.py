"""The clients: `Frontdesk` answers when called, `AsyncFrontdesk` when awaited."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self, TypeVar

import httpx

from frontdesk_client import account, operators, watching
from frontdesk_client.answers import Answer
from frontdesk_client.calls import Call, Method
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import Admitted

_Result = TypeVar("_Result")
_SECONDS = 30.0
_IN_PROCESS = "http://localhost"


class _Credentials:
    """What a client keeps besides cookies: a bearer token, and the mark that makes its next login
    no stranger's.
    """

    def __init__(self, token: str | None) -> None:
        self.token = token
        """Of a session (`fds_…`), or an operator's access token (`fdk_…`)."""
        self.device: str | None = None
        self.headers: dict[str, str] = {}
        """Sent with every request besides."""

    def _with_ours(self, given: Any) -> httpx.Headers:
        headers = httpx.Headers(given)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if self.device is not None:
            headers.setdefault("Frontdesk-Device", self.device)
        return headers

    def _options(self, call: Call[Any]) -> dict[str, Any]:
        options: dict[str, Any] = {"params": call.query} if call.query else {}
        return options | ({} if call.body is None else {"json": call.body})

    def _read(self, call: Call[_Result], answer: Answer) -> _Result:
        result = answer.to(call.result)
        if isinstance(result, Admitted) and result.token:
            self.token, self.device = result.token, result.device or self.device
        elif call.path == "/api/user/logout":
            self.token = None
        return result


class _Calls:
    """Every call, once. A refusal is a `FrontdeskError`."""

    sign_up = Method(account.sign_up)
    log_in = Method(account.log_in)
    log_out = Method(account.log_out)
    reset_password = Method(account.reset_password)
    me = Method(account.me)
    session = Method(account.session)
    update = Method(account.update)
    delete_account = Method(account.delete_account)
    sessions = Method(account.sessions)
    end_session = Method(account.end_session)
    end_other_sessions = Method(account.end_other_sessions)
    events = Method(account.events)
    export = Method(account.export)
    healthz = Method(account.healthz)
    readyz = Method(account.readyz)
    set_up = Method(operators.set_up)
    operator = Method(operators.operator)
    about = Method(operators.about)
    settings = Method(operators.settings)
    create_user = Method(operators.create_user)
    edit_user = Method(operators.edit_user)
    set_roles = Method(operators.set_roles)
    disable_user = Method(operators.disable_user)
    change_users = Method(operators.change_users)
    enable_user = Method(operators.enable_user)
    promote_user = Method(operators.promote_user)
    demote_operator = Method(operators.demote_operator)
    invite_operator = Method(operators.invite_operator)
    join_operators = Method(operators.join_operators)
    remove_user = Method(operators.remove_user)
    end_user_sessions = Method(operators.end_user_sessions)
    end_user_session = Method(operators.end_user_session)
    set_reset_code = Method(operators.set_reset_code)
    throttle = Method(operators.throttle)
    reset_throttle = Method(operators.reset_throttle)
    follow_events = Method(operators.follow_events)
    tokens = Method(operators.tokens)
    create_token = Method(operators.create_token)
    revoke_token = Method(operators.revoke_token)
    invitations = Method(operators.invitations)
    create_invitation = Method(operators.create_invitation)
    revoke_invitation = Method(operators.revoke_invitation)
    tables = Method(operators.tables)
    rows = Method(operators.rows)
    row = Method(operators.row)
    count = Method(operators.count)
    values = Method(operators.values)
    requests = Method(watching.requests)
    request_record = Method(watching.request_record)
    tail_requests = Method(watching.tail_requests)
    count_requests = Method(watching.count_requests)
    request_values = Method(watching.request_values)
    endpoints = Method(watching.endpoints)
    histogram = Method(watching.histogram)
    forget_requests = Method(watching.forget_requests)
    metrics = Method(watching.metrics)
    metrics_history = Method(watching.metrics_history)
    nodes = Method(watching.nodes)


class Frontdesk(_Credentials, _Calls):
    """Frontdesk at this URL. Cookies, or a bearer token, are kept until it is closed. `token` is an
    access token, or the token of a session that there is already. Raises `Unavailable` if Frontdesk
    cannot be reached or does not answer within `timeout` seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = _SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(token)
        self._url, self._timeout, self._transport = url, timeout, transport
        self._http = httpx.Client(base_url=url, timeout=timeout, transport=transport)

    @classmethod
    @contextmanager
    def in_process(cls, settings: Any, services: Any = None) -> Iterator[Self]:
        """A client of a whole service inside this process, on the database of these settings. The
        service has to be installed beside this package.
        """
        from entrypoints.in_process import in_process

        with (
            in_process(settings, services) as transport,
            cls(_IN_PROCESS, transport=transport) as client,
        ):
            yield client

    def another(self) -> Self:
        """A client of the same service with nothing kept. It has to be closed, too."""
        return type(self)(self._url, timeout=self._timeout, transport=self._transport)

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies kept."""
        return self._http.cookies

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Any request; `options` are those of `httpx.Client.request`. A refusal is an answer."""
        options["headers"] = self._with_ours(options.get("headers"))
        try:
            return Answer(self._http.request(method, path, **options))
        except httpx.TransportError as error:
            raise Unavailable(f"Frontdesk does not answer: {error!r}") from error

    def get(self, path: str, **options: Any) -> Answer:
        """As `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """As `request`; `body` is sent as JSON."""
        return self.request("POST", path, **_with(body, options))

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """As `request`; `body` is sent as JSON."""
        return self.request("PUT", path, **_with(body, options))

    def delete(self, path: str, **options: Any) -> Answer:
        """As `request`."""
        return self.request("DELETE", path, **options)

    def send(self, call: Call[_Result], /) -> _Result:
        """Send it, and read the answer. Raises `FrontdeskError` if it is refused."""
        return self._read(call, self.request(call.method, call.path, **self._options(call)))

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncFrontdesk(_Credentials, _Calls):
    """As `Frontdesk`, with `await`."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = _SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(token)
        self._url, self._timeout, self._transport = url, timeout, transport
        self._http = httpx.AsyncClient(base_url=url, timeout=timeout, transport=transport)

    @classmethod
    @asynccontextmanager
    async def in_process(cls, settings: Any, services: Any = None) -> AsyncIterator[Self]:
        """As that of `Frontdesk`."""
        from entrypoints.in_process import in_process_async

        async with (
            in_process_async(settings, services) as transport,
            cls(_IN_PROCESS, transport=transport) as client,
        ):
            yield client

    def another(self) -> Self:
        """A client of the same service with nothing kept. It has to be closed, too."""
        return type(self)(self._url, timeout=self._timeout, transport=self._transport)

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies kept."""
        return self._http.cookies

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        """Any request; `options` are those of `httpx.AsyncClient.request`. A refusal is an
        answer.
        """
        options["headers"] = self._with_ours(options.get("headers"))
        try:
            return Answer(await self._http.request(method, path, **options))
        except httpx.TransportError as error:
            raise Unavailable(f"Frontdesk does not answer: {error!r}") from error

    async def get(self, path: str, **options: Any) -> Answer:
        """As `request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """As `request`; `body` is sent as JSON."""
        return await self.request("POST", path, **_with(body, options))

    async def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """As `request`; `body` is sent as JSON."""
        return await self.request("PUT", path, **_with(body, options))

    async def delete(self, path: str, **options: Any) -> Answer:
        """As `request`."""
        return await self.request("DELETE", path, **options)

    async def send_later(self, call: Call[_Result], /) -> _Result:
        """Send it, and read the answer. Raises `FrontdeskError` if it is refused."""
        return self._read(call, await self.request(call.method, call.path, **self._options(call)))

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _with(body: Any, options: dict[str, Any]) -> dict[str, Any]:
    return options if body is None else {**options, "json": body}
