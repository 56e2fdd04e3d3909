"""Two ways to reach the service under test: its use cases, and HTTP.

A driver speaks of tokens by number, in the order in which they were issued, and answers with "ok"
or the code of the problem.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from adapters.http.problem_kinds import DOMAIN
from application.operations.queries import Comparison, Condition
from domain.errors import FrontdeskError, NoSuchInvitation, NoSuchUser
from domain.invitation import IssuedInvitation
from domain.secrets import SessionToken
from domain.session import SignedIn
from domain.user import Username
from entrypoints.services import Services
from entrypoints.wiring import UseCases
from tests.client import Client, Response
from tests.examples import LAPTOP
from tests.fakes.system import FakeClockWatch
from tests.unit.conftest import Desk

Result = TypeVar("Result")
OK = "ok"
INVITED_FOR = timedelta(days=7)


class Driver(Protocol):
    def sign_up(
        self,
        name: str,
        password: str,
        presented: int | None,
        *,
        as_bearer: bool,
        invitation: int | None,
    ) -> str: ...
    def log_in(
        self, name: str, password: str, presented: int | None, *, as_bearer: bool
    ) -> str: ...
    def log_out(self, token: int) -> str: ...
    def read(self, token: int) -> str: ...
    def read_the_other_way(self, token: int) -> str:
        """What is answered if a cookie is sent as a bearer token, or a bearer token as a cookie."""

    def roles(self, token: int) -> list[str]: ...
    def update(self, token: int, **changes: str) -> str: ...
    def sessions(self, token: int) -> list[int]: ...
    def session_id(self, token: int) -> int: ...
    def end_session(self, token: int, session_id: int) -> str: ...
    def end_others(self, token: int) -> str | int: ...
    def delete(self, token: int, current_password: str | None) -> str: ...
    def disable(self, name: str, *, disabled: bool) -> None: ...
    def set_roles(self, name: str, roles: Sequence[str]) -> None: ...
    def invite(self, *, uses: int, roles: Sequence[str]) -> None: ...
    def revoke_invitation(self, invitation: int) -> None: ...
    def clean_up(self) -> bool: ...


class Calls:
    """Calls the use cases of a `Desk` of fakes or of real `Services`."""

    def __init__(self, services: Desk | Services, run: Callable[[Any], Any]) -> None:
        self._services, self._run = services, run
        self._tokens: list[SessionToken] = []
        self._invitations: list[IssuedInvitation] = []

    @property
    def _use_cases(self) -> UseCases:
        return self._services.use_cases

    def sign_up(
        self,
        name: str,
        password: str,
        presented: int | None,
        *,
        as_bearer: bool,
        invitation: int | None,
    ) -> str:
        code = None if invitation is None else self._invitations[invitation].code.text
        return self._admit(
            self._use_cases.sign_up(
                username=name,
                password=password,
                caller=LAPTOP,
                presented=self._replaced(presented, as_bearer=as_bearer),
                invitation=code,
                as_bearer=as_bearer,
            )
        )

    def log_in(self, name: str, password: str, presented: int | None, *, as_bearer: bool) -> str:
        return self._admit(
            self._use_cases.log_in(
                username=name,
                password=password,
                caller=LAPTOP,
                presented=self._replaced(presented, as_bearer=as_bearer),
                as_bearer=as_bearer,
            )
        )

    def _replaced(self, token: int | None, *, as_bearer: bool) -> SessionToken | None:
        """A program does not end the session of a browser, as `replaced_by` has it over HTTP."""
        presented = self._token(token)
        ends = presented and (presented.is_bearer or not as_bearer)
        return presented if ends else None

    def log_out(self, token: int) -> str:
        return self._try(self._use_cases.log_out(presented=self._token(token), caller=LAPTOP))[0]

    def read(self, token: int) -> str:
        return self._try(self._who(token))[0]

    def read_the_other_way(self, token: int) -> str:
        sent = self._tokens[token]
        other = replace(sent, is_bearer=not sent.is_bearer)
        return self._try(self._use_cases.authenticate(presented=other))[0]

    def roles(self, token: int) -> list[str]:
        signed_in: SignedIn = self._run(self._who(token))
        return list(signed_in.user.roles)

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

    def disable(self, name: str, *, disabled: bool) -> None:
        use_cases = self._use_cases
        act = use_cases.disable_user if disabled else use_cases.enable_user
        with suppress(NoSuchUser):
            self._run(act(user=Username(name), caller=LAPTOP))

    def set_roles(self, name: str, roles: Sequence[str]) -> None:
        with suppress(NoSuchUser):
            self._run(self._use_cases.set_labels(user=Username(name), roles=roles, caller=LAPTOP))

    def invite(self, *, uses: int, roles: Sequence[str]) -> None:
        made = self._use_cases.create_invitation(
            note="", roles=roles, uses=uses, lifetime=INVITED_FOR, caller=LAPTOP
        )
        self._invitations.append(self._run(made))

    def revoke_invitation(self, invitation: int) -> None:
        id_ = self._invitations[invitation].invitation.id
        with suppress(NoSuchInvitation):
            self._run(self._use_cases.revoke_invitation(invitation_id=id_, caller=LAPTOP))

    def clean_up(self) -> bool:
        # In a life the clock jumps, and for an hour after that nothing would be removed.
        use_case = replace(self._use_cases.clean_up, clock_watch=FakeClockWatch())

        async def clean_up() -> None:
            # PostgreSQL leaves rows out that somebody holds, as who notes their last use.
            for _ in range(100):
                while await use_case():
                    pass
                if not await self._expired():
                    return
                await asyncio.sleep(0.05)

        self._run(clean_up())
        return True

    async def _expired(self) -> int:
        if isinstance(self._services, Desk):
            return 0
        now = self._use_cases.clean_up.clock.now()
        old = Condition("expires_at", Comparison.LE, now.isoformat())
        return (await self._services.tables.count("sessions", [old], exact=True)).number

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
    """Sends requests, and the tokens by hand. `key` is an access token of an operator."""

    def __init__(self, client: Client, key: str) -> None:
        self._client, self._key = client, key
        self._tokens: list[tuple[str, bool]] = []
        self._invitations: list[tuple[int, str]] = []

    def sign_up(
        self,
        name: str,
        password: str,
        presented: int | None,
        *,
        as_bearer: bool,
        invitation: int | None,
    ) -> str:
        body = {"username": name, "password": password, "cookie": not as_bearer}
        if invitation is not None:
            body["invitation"] = self._invitations[invitation][1]
        return self._outcome(self._send("POST", "/api/user/signup", presented, json=body))

    def log_in(self, name: str, password: str, presented: int | None, *, as_bearer: bool) -> str:
        body = {"username": name, "password": password, "cookie": not as_bearer}
        return self._outcome(self._send("POST", "/api/user/login", presented, json=body))

    def log_out(self, token: int) -> str:
        return self._outcome(self._send("POST", "/api/user/logout", token))

    def read(self, token: int) -> str:
        return self._outcome(self._send("GET", "/api/user", token))

    def read_the_other_way(self, token: int) -> str:
        value, is_bearer = self._tokens[token]
        other = value.removeprefix("fds_") if is_bearer else f"fds_{value}"
        headers = _sent(other, is_bearer=not is_bearer)
        self._client.cookies.clear()
        return self._outcome(self._client.request("GET", "/api/user", headers=headers))

    def roles(self, token: int) -> list[str]:
        answer = self._send("GET", "/api/session", token)
        return list(answer.data["user"]["roles"])

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

    def disable(self, name: str, *, disabled: bool) -> None:
        if row := self._row(name):
            act = "disable" if disabled else "enable"
            self._operate("POST", f"/api/ops/users/{row['id']}/{act}")

    def set_roles(self, name: str, roles: Sequence[str]) -> None:
        if row := self._row(name):
            body = {"version": row["version"], "roles": roles}
            self._operate("PUT", f"/api/ops/users/{row['id']}/roles", json=body)

    def invite(self, *, uses: int, roles: Sequence[str]) -> None:
        body = {"uses": uses, "roles": roles, "days": INVITED_FOR.days}
        made = self._operate("POST", "/api/ops/invitations", json=body)
        self._invitations.append((made["id"], made["code"]))

    def revoke_invitation(self, invitation: int) -> None:
        self._operate("DELETE", f"/api/ops/invitations/{self._invitations[invitation][0]}")

    def clean_up(self) -> bool:
        """There is no call for it: it is work in the background."""
        return False

    def _row(self, name: str) -> Any:
        path = "/api/ops/tables/users/rows"
        rows = self._operate("GET", path, params={"filter": f"username:eq:{name}"})["rows"]
        return rows[0] if rows else None

    def _operate(self, method: str, path: str, **options: Any) -> Any:
        self._client.cookies.clear()
        headers = _sent(self._key, is_bearer=True)
        answer = self._client.request(method, path, headers=headers, **options)
        assert answer.status == 200, answer.text
        return answer.data

    def _send(self, method: str, path: str, token: int | None, **options: Any) -> Response:
        self._client.cookies.clear()
        headers = {} if token is None else self._headers(token)
        return self._client.request(method, path, headers=headers, **options)

    def _headers(self, token: int) -> dict[str, str]:
        value, is_bearer = self._tokens[token]
        return _sent(value, is_bearer=is_bearer)

    def _outcome(self, response: Response) -> str:
        cookie = response.headers.get("set-cookie", "").partition("=")[2].partition(";")[0]
        bearer = response.data.get("token") if isinstance(response.data, dict) else None
        if cookie.strip('"'):
            self._tokens.append((cookie, False))
        elif bearer:
            self._tokens.append((bearer, True))
        assert response.status < 500, response.text
        return response.code or OK


def _sent(token: str, *, is_bearer: bool) -> dict[str, str]:
    if is_bearer:
        return {"authorization": f"Bearer {token}"}
    return {"cookie": f"sessionid={token}"}
