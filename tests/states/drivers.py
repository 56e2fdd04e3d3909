"""Two ways to reach the service under test: its use cases, and HTTP.

A driver speaks of tokens by number, in the order in which they were issued, and answers with "ok"
or the code of the problem.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from adapters.http.problems import DOMAIN
from domain.errors import FrontdeskError, NoSuchUser
from domain.secrets import SessionToken
from domain.session import SignedIn
from domain.user import Username
from entrypoints.services import Services
from entrypoints.wiring import UseCases
from tests.client import Client, Response
from tests.examples import LAPTOP
from tests.unit.conftest import Desk

Result = TypeVar("Result")
OK = "ok"


class Driver(Protocol):
    def sign_up(self, name: str, password: str, presented: int | None) -> str: ...
    def log_in(self, name: str, password: str, presented: int | None) -> str: ...
    def log_out(self, token: int) -> str: ...
    def read(self, token: int) -> str: ...
    def update(self, token: int, **changes: str) -> str: ...
    def sessions(self, token: int) -> list[int]: ...
    def session_id(self, token: int) -> int: ...
    def end_session(self, token: int, session_id: int) -> str: ...
    def end_others(self, token: int) -> str | int: ...
    def delete(self, token: int, current_password: str | None) -> str: ...
    def disable(self, name: str, *, disabled: bool) -> bool: ...
    def clean_up(self) -> bool: ...


class Calls:
    """Calls the use cases of a `Desk` of fakes or of real `Services`."""

    def __init__(self, services: Desk | Services, run: Callable[[Any], Any]) -> None:
        self._services, self._run = services, run
        self._tokens: list[SessionToken] = []

    @property
    def _use_cases(self) -> UseCases:
        return self._services.use_cases

    def sign_up(self, name: str, password: str, presented: int | None) -> str:
        return self._admit(
            self._use_cases.sign_up(
                username=name, password=password, caller=LAPTOP, presented=self._token(presented)
            )
        )

    def log_in(self, name: str, password: str, presented: int | None) -> str:
        return self._admit(
            self._use_cases.log_in(
                username=name, password=password, caller=LAPTOP, presented=self._token(presented)
            )
        )

    def log_out(self, token: int) -> str:
        return self._try(self._use_cases.log_out(presented=self._token(token), caller=LAPTOP))[0]

    def read(self, token: int) -> str:
        return self._try(self._who(token))[0]

    def update(self, token: int, **changes: str) -> str:
        async def update() -> Any:
            return await self._use_cases.update_own_account(
                signed_in=await self._who(token),
                presented=self._tokens[token],
                caller=LAPTOP,
                username=changes.get("username"),
                password=changes.get("password"),
                current_password=changes.get("current_password"),
            )

        outcome, updated = self._try(update())
        if updated and updated.admission:
            self._tokens.append(updated.admission.token)
        return outcome

    def sessions(self, token: int) -> list[int]:
        async def sessions() -> list[int]:
            found = await self._use_cases.list_sessions(signed_in=await self._who(token))
            return [session.id for session in found]

        listed: list[int] = self._run(sessions())
        return listed

    def session_id(self, token: int) -> int:
        signed_in: SignedIn = self._run(self._who(token))
        return signed_in.session.id

    def end_session(self, token: int, session_id: int) -> str:
        async def end() -> None:
            await self._use_cases.end_session(
                signed_in=await self._who(token),
                presented=self._tokens[token],
                session_id=session_id,
                caller=LAPTOP,
            )

        return self._try(end())[0]

    def end_others(self, token: int) -> str | int:
        async def end() -> int:
            return await self._use_cases.end_other_sessions(
                signed_in=await self._who(token), presented=self._tokens[token], caller=LAPTOP
            )

        outcome, count = self._try(end())
        return count if count is not None else outcome

    def delete(self, token: int, current_password: str | None) -> str:
        async def delete() -> None:
            await self._use_cases.delete_own_account(
                signed_in=await self._who(token),
                presented=self._tokens[token],
                caller=LAPTOP,
                current_password=current_password,
            )

        return self._try(delete())[0]

    def disable(self, name: str, *, disabled: bool) -> bool:
        use_cases = self._use_cases
        act = use_cases.disable_user if disabled else use_cases.enable_user
        with suppress(NoSuchUser):
            self._run(act(user=Username(name), caller=LAPTOP))
        return True

    def clean_up(self) -> bool:
        async def clean_up() -> None:
            while await self._use_cases.clean_up():
                pass

        self._run(clean_up())
        return True

    async def _who(self, token: int) -> SignedIn:
        return await self._use_cases.authenticate(presented=self._tokens[token])

    def _token(self, token: int | None) -> SessionToken | None:
        return None if token is None else self._tokens[token]

    def _admit(self, call: Awaitable[Any]) -> str:
        outcome, admission = self._try(call)
        if admission:
            self._tokens.append(admission.token)
        return outcome

    def _try(self, call: Awaitable[Result]) -> tuple[str, Result | None]:
        try:
            return OK, self._run(call)
        except FrontdeskError as error:
            return DOMAIN[type(error)].code, None


class OverHttp:
    """Sends requests, and the tokens as cookies by hand."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tokens: list[str] = []

    def sign_up(self, name: str, password: str, presented: int | None) -> str:
        body = {"username": name, "password": password}
        return self._outcome(self._send("POST", "/api/user/signup", presented, json=body))

    def log_in(self, name: str, password: str, presented: int | None) -> str:
        body = {"username": name, "password": password}
        return self._outcome(self._send("POST", "/api/user/login", presented, json=body))

    def log_out(self, token: int) -> str:
        return self._outcome(self._send("POST", "/api/user/logout", token))

    def read(self, token: int) -> str:
        return self._outcome(self._send("GET", "/api/user", token))

    def update(self, token: int, **changes: str) -> str:
        return self._outcome(self._send("PUT", "/api/user", token, json=changes))

    def sessions(self, token: int) -> list[int]:
        return [each["id"] for each in self._send("GET", "/api/user/sessions", token).data]

    def session_id(self, token: int) -> int:
        listed = self._send("GET", "/api/user/sessions", token).data
        (current,) = [each["id"] for each in listed if each["current"]]
        return int(current)

    def end_session(self, token: int, session_id: int) -> str:
        return self._outcome(self._send("DELETE", f"/api/user/sessions/{session_id}", token))

    def end_others(self, token: int) -> str | int:
        response = self._send("DELETE", "/api/user/sessions", token)
        return int(response.data["ended"]) if response.status == 200 else self._outcome(response)

    def delete(self, token: int, current_password: str | None) -> str:
        body = {"current_password": current_password} if current_password else None
        return self._outcome(self._send("DELETE", "/api/user", token, json=body))

    def disable(self, name: str, *, disabled: bool) -> bool:
        """There is no call for it: it is for operators."""
        return False

    def clean_up(self) -> bool:
        """There is no call for it: it is work in the background."""
        return False

    def _send(self, method: str, path: str, token: int | None, **options: Any) -> Response:
        self._client.cookies.clear()
        cookie = {} if token is None else {"cookie": f"sessionid={self._tokens[token]}"}
        return self._client.request(method, path, headers=cookie, **options)

    def _outcome(self, response: Response) -> str:
        token = response.headers.get("set-cookie", "").partition("=")[2].partition(";")[0]
        if token.strip('"'):
            self._tokens.append(token)
        assert response.status < 500, response.text
        return response.code or OK
