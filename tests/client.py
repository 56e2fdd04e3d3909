"""A client for tests: each call gives the answer as it is, also one that refuses."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
from frontdesk_client import Answer as Response
from frontdesk_client import Frontdesk, account
from frontdesk_client.calls import Call

from entrypoints.services import Services
from entrypoints.settings import Settings

__all__ = ["Client", "Response", "connect", "in_process"]


class Client:
    """A browser, or a program, that nobody has used yet. What `another` makes is open as long."""

    def __init__(self, frontdesk: Frontdesk, stack: ExitStack) -> None:
        self._frontdesk, self._stack = frontdesk, stack

    def another(self) -> "Client":
        other = self._frontdesk.another()
        self._stack.callback(other.close)
        return Client(other, self._stack)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._frontdesk.cookies

    def request(self, method: str, path: str, **options: Any) -> Response:
        return self._frontdesk.request(method, path, **options)

    def sign_up(self, username: str, password: str, *, invitation: str | None = None) -> Response:
        return self._ask(account.sign_up(username, password, invitation=invitation))

    def log_in(self, username: str, password: str) -> Response:
        return self._ask(account.log_in(username, password))

    def log_out(self) -> Response:
        return self._ask(account.log_out())

    def me(self) -> Response:
        return self._ask(account.me())

    def update(self, **changes: Any) -> Response:
        return self._ask(account.update(**changes))

    def delete_account(self, *, current_password: str | None = None) -> Response:
        if current_password is None:
            return self.request("DELETE", "/api/user")
        return self._ask(account.delete_account(current_password=current_password))

    def sessions(self) -> Response:
        return self._ask(account.sessions())

    def end_session(self, session_id: int) -> Response:
        return self._ask(account.end_session(session_id))

    def end_other_sessions(self) -> Response:
        return self._ask(account.end_other_sessions())

    def events(self, *, before: int | None = None, limit: int = 50) -> Response:
        return self._ask(account.events(before=before, limit=limit))

    def export(self) -> Response:
        return self._ask(account.export())

    def _ask(self, call: Call[Any]) -> Response:
        options = {} if call.body is None else {"json": call.body}
        return self.request(call.method, call.path, params=call.query or None, **options)


@contextmanager
def connect(url: str) -> Iterator[Client]:
    """Of a service that runs."""
    with ExitStack() as stack:
        yield Client(stack.enter_context(Frontdesk(url)), stack)


@contextmanager
def in_process(settings: Settings, services: Services | None = None) -> Iterator[Client]:
    """Of one that runs inside this process."""
    with ExitStack() as stack:
        yield Client(stack.enter_context(Frontdesk.in_process(settings, services)), stack)
