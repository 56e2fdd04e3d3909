"""A client in Python, the same for a live service and in-process, with and without `async`.

    with connect("http://127.0.0.1:8000") as client:
        client.sign_up("user1", "123123").show()
        client.me().show()

    async with in_process(settings) as client:          # no port, no server
        (await client.me()).show()

Cookies are kept within the block.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import Any, Generic, Self, TypeVar, cast

import httpx
import msgspec
from anyio.from_thread import BlockingPortal, start_blocking_portal

from entrypoints.services import Services
from entrypoints.settings import Settings
from entrypoints.web_app import create_app

Answer_co = TypeVar("Answer_co", covariant=True)

_IN_PROCESS = "http://localhost"
_TIMEOUT_SECONDS = 30
_PROBLEM = "application/problem+json"


class Response:
    """What came back."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    @property
    def data(self) -> Any:
        """The body, read as JSON when it is JSON; `None` when it is empty."""
        if not self._response.content:
            return None
        if "json" in self.headers.get("content-type", ""):
            return msgspec.json.decode(self._response.content)
        return self.text

    @property
    def problem(self) -> str | None:
        """The code of the problem, if this is one."""
        is_problem = self.headers.get("content-type", "").startswith(_PROBLEM)
        return str(self.data["code"]) if is_problem and self.data else None

    def show(self) -> Self:
        """Print what one wants to see while debugging, and return the response."""
        request, size = self._response.request, len(self._response.content)
        reason = f"{self.status} {self._response.reason_phrase}"
        print(f'Response [{reason}] "{request.method} {request.url.path}"')
        print(f"{self.headers.get('content-type', 'no content type')}, {size} bytes")
        if size:
            is_json = "json" in self.headers.get("content-type", "")
            print(msgspec.json.format(self.text, indent=2) if is_json else self.text)
        return self


class Calls(Generic[Answer_co]):
    """The calls of the API, whatever it takes to get an answer."""

    @abstractmethod
    def request(self, method: str, path: str, **options: Any) -> Answer_co:
        """Any request; `options` are those of `httpx.Client.request`."""

    @property
    @abstractmethod
    def cookies(self) -> httpx.Cookies:
        """The cookies kept."""

    def sign_up(self, username: str, password: str, *, invitation: str | None = None) -> Answer_co:
        """Create an account and be signed in."""
        body = {"username": username, "password": password}
        invited = {} if invitation is None else {"invitation": invitation}
        return self._send("POST", "/api/user/signup", **body, **invited)

    def log_in(self, username: str, password: str) -> Answer_co:
        """Open a session."""
        return self._send("POST", "/api/user/login", username=username, password=password)

    def log_out(self) -> Answer_co:
        """End the session."""
        return self.request("POST", "/api/user/logout")

    def me(self) -> Answer_co:
        """Read yourself."""
        return self.request("GET", "/api/user")

    def update(
        self,
        *,
        username: str | None = None,
        password: str | None = None,
        current_password: str | None = None,
    ) -> Answer_co:
        """Change what is given."""
        given = {
            "username": username,
            "password": password,
            "current_password": current_password,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        return self._send("PUT", "/api/user", **changes)

    def delete_account(self, *, current_password: str | None = None) -> Answer_co:
        """Leave for good."""
        if current_password is None:
            return self.request("DELETE", "/api/user")
        return self._send("DELETE", "/api/user", current_password=current_password)

    def sessions(self) -> Answer_co:
        """Where you are signed in."""
        return self.request("GET", "/api/user/sessions")

    def end_session(self, session_id: int) -> Answer_co:
        """End one of your sessions."""
        return self.request("DELETE", f"/api/user/sessions/{session_id}")

    def end_other_sessions(self) -> Answer_co:
        """End all your sessions but this one."""
        return self.request("DELETE", "/api/user/sessions")

    def events(self, *, before: int | None = None, limit: int = 50) -> Answer_co:
        """A page of what happened to your account."""
        page = {"limit": limit} | ({} if before is None else {"before": before})
        return self.request("GET", "/api/user/events", params=page)

    def export(self) -> Answer_co:
        """All that is held about you."""
        return self.request("GET", "/api/user/export")

    def _send(self, method: str, path: str, **body: str) -> Answer_co:
        return self.request(method, path, json=body)


class Client(Calls[Response]):
    """Answers when called."""

    def __init__(self, http: httpx.Client, another: "Callable[[], Client]") -> None:
        self._http = http
        self.another = another
        """Another client of the same service, with cookies of its own, open as long as this."""

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    def request(self, method: str, path: str, **options: Any) -> Response:
        """Any request; `options` are those of `httpx.Client.request`."""
        return Response(self._http.request(method, path, **options))


class AsyncClient(Calls[Awaitable[Response]]):
    """Answers when awaited."""

    def __init__(self, http: httpx.AsyncClient, another: "Callable[[], AsyncClient]") -> None:
        self._http = http
        self.another = another
        """Another client of the same service, with cookies of its own, open as long as this."""

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    async def request(self, method: str, path: str, **options: Any) -> Response:
        """Any request; `options` are those of `httpx.AsyncClient.request`."""
        return Response(await self._http.request(method, path, **options))


class Connection:
    """Entered by `with` it gives a `Client`, by `async with` an `AsyncClient`; once."""

    def __init__(
        self,
        client: Callable[[], AbstractContextManager[Client]],
        async_client: Callable[[], AbstractAsyncContextManager[AsyncClient]],
    ) -> None:
        self._client, self._async_client = client, async_client
        self._stack, self._async_stack = ExitStack(), AsyncExitStack()

    def __enter__(self) -> Client:
        return self._stack.enter_context(self._client())

    def __exit__(self, *exception: Any) -> None:
        self._stack.__exit__(*exception)

    async def __aenter__(self) -> AsyncClient:
        return await self._async_stack.enter_async_context(self._async_client())

    async def __aexit__(self, *exception: Any) -> None:
        await self._async_stack.__aexit__(*exception)


def connect(url: str) -> Connection:
    """Reach a live service, as in `connect("http://127.0.0.1:8000")`."""

    @contextmanager
    def client() -> Iterator[Client]:
        with ExitStack() as stack:
            yield _client(stack, lambda: httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS))

    @asynccontextmanager
    async def async_client() -> AsyncIterator[AsyncClient]:
        async with AsyncExitStack() as stack:
            yield _async_client(
                stack, lambda: httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_SECONDS)
            )

    return Connection(client, async_client)


def in_process(settings: Settings, services: Services | None = None) -> Connection:
    """Run the whole service inside this process, on the database of these settings."""
    app = create_app(settings, services, record=lambda _: None)
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)

    @contextmanager
    def client() -> Iterator[Client]:
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal())
            stack.enter_context(portal.wrap_async_context_manager(app.lifespan()))
            through = _ThroughPortal(transport, portal)
            yield _client(stack, lambda: httpx.Client(base_url=_IN_PROCESS, transport=through))

    @asynccontextmanager
    async def async_client() -> AsyncIterator[AsyncClient]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(app.lifespan())
            yield _async_client(
                stack, lambda: httpx.AsyncClient(base_url=_IN_PROCESS, transport=transport)
            )

    return Connection(client, async_client)


def _client(stack: ExitStack, connect: Callable[[], httpx.Client]) -> Client:
    http = connect()
    stack.callback(http.close)
    return Client(http, lambda: _client(stack, connect))


def _async_client(stack: AsyncExitStack, connect: Callable[[], httpx.AsyncClient]) -> AsyncClient:
    http = connect()
    stack.push_async_callback(http.aclose)
    return AsyncClient(http, lambda: _async_client(stack, connect))


class _ThroughPortal(httpx.BaseTransport):
    """Hands requests of a synchronous client to an event loop in another thread."""

    def __init__(self, transport: httpx.AsyncBaseTransport, portal: BlockingPortal) -> None:
        self._transport, self._portal = transport, portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        # As it was sent: the client undoes the content coding.
        content = b"".join([piece async for piece in response.aiter_raw()])
        return httpx.Response(
            response.status_code, headers=response.headers, stream=httpx.ByteStream(content)
        )
