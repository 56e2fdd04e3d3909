"""Random lives of sessions, compared with the tables of docs/sessions.md."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.invitation import KEPT_AFTER_EXPIRY, Invitation
from domain.operator import Scope
from domain.session import Session, SessionPolicy
from domain.user import User
from entrypoints.services import build_services
from tests.client import in_process
from tests.conftest import settings_in
from tests.contracts.test_store import BrokenStore
from tests.examples import DAY, MINUTE, NOON, PASSWORD
from tests.fakes.store import FakeInvitations, FakeSessions, FakeUsers
from tests.fakes.system import FakeClock
from tests.operations.conftest import make_operator
from tests.states.drivers import INVITED_FOR, OK, Calls, Driver, OverHttp
from tests.states.tables import ANSWERS, ENDINGS, phase_at
from tests.unit.conftest import Desk

pytestmark = pytest.mark.timeout(600)  # a mistake is made short before it is told

AT_MOST = 2
NAMES = ("ada", "bob")
PASSWORDS = ("correct horse", "battery staple")
ROLES = ((), ("editor",), ("editor", "member"))
_lives = count()
use_one: st.SearchStrategy[Any] = st.booleans()

NotSignedIn = "not_signed_in"
CODES = {200: OK, 401: NotSignedIn, 403: "fresh_login_required"}


@dataclass
class Account:
    name: str
    password: str
    disabled: bool = False
    roles: tuple[str, ...] = ()


@dataclass
class Invited:
    """An invitation in the model. `is_over` if it was revoked, or removed with the old ones."""

    uses: int
    roles: tuple[str, ...]
    expires: datetime
    used: int = 0
    is_over: bool = False

    def is_open(self, now: datetime) -> bool:
        return self.used < self.uses and not self.is_over and now < self.expires


@dataclass
class Life:
    """A session in the model. `ended` is its ending, if it has one."""

    id: int
    account: Account
    login: datetime
    ended: str | None = None


class Sessions(RuleBasedStateMachine):
    """The model. `world` makes a driver of the service under test and its clock."""

    world: Callable[[], tuple[Driver, FakeClock]]

    @initialize()
    def begin(self) -> None:
        self.driver, self.clock = type(self).world()
        self.clock.advance(NOON - self.clock.now())
        self.suffix = str(next(_lives))
        self.accounts: list[Account] = []
        self.lives: list[Life] = []
        self.tokens: list[Life | None] = []
        """What each token is for, by its number; `None` once it was renewed."""
        self.bearers: list[bool] = []
        """Whether it is sent by a program."""
        self.invitations: list[Invited] = []
        self.held: dict[str, tuple[Account, datetime]] = {}
        """For whom each name is held that was given up, and until when."""

    # What the model knows

    def state(self, token: int) -> str:
        life = self.tokens[token]
        return "no session" if life is None else self.state_of(life)

    def state_of(self, life: Life) -> str:
        return life.ended or phase_at(self.clock.now() - life.login)

    def reading(self, token: int) -> str:
        return CODES[ANSWERS[self.state(token)][0]]

    def sensitive(self, token: int, current_password: str | None) -> str:
        reading, without_password = ANSWERS[self.state(token)]
        life = self.tokens[token]
        if reading != 200 or life is None or current_password is None:
            return CODES[without_password]
        return OK if current_password == life.account.password else "invalid_credentials"

    def rows(self, account: Account) -> list[Life]:
        return [life for life in self.lives if life.account is account and not life.ended]

    def account(self, name: str) -> Account | None:
        return next((each for each in self.accounts if each.name == name), None)

    def is_held(self, name: str, account: Account | None = None) -> bool:
        owner, until = self.held.get(name, (account, NOON))
        return owner is not account and self.clock.now() < until

    def give_up(self, account: Account) -> None:
        self.held[account.name] = account, self.clock.now() + 90 * DAY

    def life(self, token: int) -> Life:
        life = self.tokens[token]
        assert life is not None
        return life

    def end(self, life: Life | None, event: str) -> None:
        if life is not None and not life.ended:
            life.ended = ENDINGS[event]

    def open(self, account: Account, presented: int | None, *, as_bearer: bool) -> None:
        # A program does not end the session of a browser whose cookie it sends.
        if presented is not None and (self.bearers[presented] or not as_bearer):
            self.end(self.tokens[presented], "its browser signs up or logs in again")
        token = len(self.tokens)
        life = Life(self.driver.session_id(token), account, self.clock.now())
        self.lives.append(life)
        self.tokens.append(life)
        self.bearers.append(as_bearer)
        for old in self.rows(account)[:-AT_MOST]:
            self.end(old, "more sessions than allowed are opened after it")

    def name(self, number: int) -> str:
        return f"{NAMES[number]}{self.suffix}"

    def any_token(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, len(self.tokens) - 1), label="token")

    def maybe_token(self, data: st.DataObject) -> int | None:
        use = bool(self.tokens) and data.draw(use_one, label="with a token")
        return self.any_token(data) if use else None

    def maybe_invitation(self, data: st.DataObject) -> int | None:
        use = bool(self.invitations) and data.draw(use_one, label="with an invitation")
        if not use:
            return None
        return data.draw(st.integers(0, len(self.invitations) - 1), label="invitation")

    # What may happen

    @rule(data=st.data(), number=st.integers(0, 1), password=st.sampled_from(PASSWORDS))
    def sign_up(self, data: st.DataObject, number: int, password: str) -> None:
        name, presented = self.name(number), self.maybe_token(data)
        as_bearer, code = data.draw(use_one, label="as a program"), self.maybe_invitation(data)
        outcome = self.driver.sign_up(
            name, password, presented, as_bearer=as_bearer, invitation=code
        )
        invited = None if code is None else self.invitations[code]
        if invited and not invited.is_open(self.clock.now()):
            assert outcome == "sign_up_closed"
            return
        if self.account(name) or self.is_held(name):
            assert outcome == "username_taken"
            return
        assert outcome == OK
        account = Account(name, password, roles=invited.roles if invited else ())
        if invited:
            invited.used += 1
        self.accounts.append(account)
        self.open(account, presented, as_bearer=as_bearer)

    @rule(data=st.data(), number=st.integers(0, 1), password=st.sampled_from(PASSWORDS))
    def log_in(self, data: st.DataObject, number: int, password: str) -> None:
        name, presented = self.name(number), self.maybe_token(data)
        as_bearer = data.draw(use_one, label="as a program")
        outcome = self.driver.log_in(name, password, presented, as_bearer=as_bearer)
        account = self.account(name)
        if account is None or account.disabled or account.password != password:
            assert outcome == "invalid_credentials"
            return
        assert outcome == OK
        self.open(account, presented, as_bearer=as_bearer)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def log_out(self, data: st.DataObject) -> None:
        token = self.any_token(data)
        assert self.driver.log_out(token) == OK
        self.end(self.tokens[token], "it is logged out")

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), number=st.integers(0, 1))
    def rename(self, data: st.DataObject, number: int) -> None:
        token, name = self.any_token(data), self.name(number)
        outcome = self.driver.update(token, username=name)
        expected, owner = self.reading(token), self.account(name)
        if expected == OK:
            own = self.life(token).account
            if owner not in (None, own) or self.is_held(name, own):
                expected = "username_taken"
        assert outcome == expected
        if outcome == OK and own.name != name:
            self.give_up(own)
            self.held.pop(name, None)
            own.name = name

    @precondition(lambda self: self.tokens)
    @rule(
        data=st.data(),
        password=st.sampled_from(PASSWORDS),
        current=st.sampled_from((None, *PASSWORDS)),
    )
    def change_password(self, data: st.DataObject, password: str, current: str | None) -> None:
        token = self.any_token(data)
        expected = self.sensitive(token, current)
        given = {"password": password} | ({"current_password": current} if current else {})
        assert self.driver.update(token, **given) == expected
        if expected == OK:
            life = self.life(token)
            life.account.password = password
            for other in self.rows(life.account):
                if other is not life:
                    self.end(other, "the password is changed in another session")
            self.tokens[token] = None
            self.tokens.append(life)
            self.bearers.append(self.bearers[token])

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def end_one(self, data: st.DataObject) -> None:
        token = self.any_token(data)
        doomed = data.draw(st.sampled_from(self.lives), label="session")
        expected = self.reading(token)
        if expected == OK and doomed not in self.rows(self.life(token).account):
            expected = "no_such_session"
        assert self.driver.end_session(token, doomed.id) == expected
        if expected == OK:
            self.end(doomed, "its owner ends it, from here or elsewhere")

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def end_others(self, data: st.DataObject) -> None:
        token = self.any_token(data)
        outcome = self.driver.end_others(token)
        if self.reading(token) != OK:
            assert outcome == self.reading(token)
            return
        others = [each for each in self.rows(self.life(token).account) if each != self.life(token)]
        assert outcome == len(others)
        for other in others:
            self.end(other, "its owner ends it, from here or elsewhere")

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), current=st.sampled_from((None, *PASSWORDS)))
    def delete(self, data: st.DataObject, current: str | None) -> None:
        token = self.any_token(data)
        expected = self.sensitive(token, current)
        assert self.driver.delete(token, current) == expected
        if expected == OK:
            account = self.life(token).account
            for life in self.rows(account):
                self.end(life, "its account is deleted")
            self.accounts.remove(account)
            self.give_up(account)

    @rule(number=st.integers(0, 1), disabled=st.booleans())
    def disable(self, number: int, disabled: bool) -> None:
        account = self.account(self.name(number))
        self.driver.disable(self.name(number), disabled=disabled)
        if account:
            account.disabled = disabled
            for life in self.rows(account) if disabled else []:
                self.end(life, "its user is disabled")

    @rule(number=st.integers(0, 1), roles=st.sampled_from(ROLES))
    def set_roles(self, number: int, roles: tuple[str, ...]) -> None:
        self.driver.set_roles(self.name(number), roles)
        if account := self.account(self.name(number)):
            account.roles = roles

    @rule(uses=st.integers(1, 2), roles=st.sampled_from(ROLES))
    def invite(self, uses: int, roles: tuple[str, ...]) -> None:
        self.driver.invite(uses=uses, roles=roles)
        self.invitations.append(Invited(uses, roles, self.clock.now() + INVITED_FOR))

    @precondition(lambda self: self.invitations)
    @rule(data=st.data())
    def revoke_an_invitation(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.invitations) - 1), label="invitation")
        self.driver.revoke_invitation(number)
        self.invitations[number].is_over = True

    @rule(by=st.sampled_from((MINUTE, 9 * MINUTE, 11 * MINUTE, DAY, 6 * DAY, 8 * DAY, -DAY)))
    def the_clock_jumps(self, by: timedelta) -> None:
        self.clock.advance(by)

    @rule()
    def clean_up(self) -> None:
        if self.driver.clean_up():
            for life in self.lives:
                if self.state_of(life) == "expired":
                    self.end(life, "it has expired and is cleaned away")
            for each in self.invitations:
                each.is_over |= self.clock.now() >= each.expires + KEPT_AFTER_EXPIRY

    # What must always hold

    @invariant()
    def every_token_is_good_for_what_the_table_says(self) -> None:
        for token in range(len(self.tokens)):
            assert self.driver.read(token) == self.reading(token), self.state(token)

    @invariant()
    def a_token_is_good_for_nothing_if_it_is_sent_the_other_way(self) -> None:
        if self.tokens:
            assert self.driver.read_the_other_way(len(self.tokens) - 1) == NotSignedIn

    @invariant()
    def applications_see_the_roles_that_the_account_has_now(self) -> None:
        for token in range(len(self.tokens)):
            if self.reading(token) == OK:
                assert self.driver.roles(token) == list(self.life(token).account.roles)

    @invariant()
    def the_list_shows_exactly_the_live_sessions(self) -> None:
        for token in range(len(self.tokens)):
            if self.reading(token) == OK:
                rows = self.rows(self.life(token).account)
                live = [each.id for each in rows if ANSWERS[self.state_of(each)][0] == 200]
                assert self.driver.sessions(token) == sorted(live, reverse=True)
                return


def play(
    world: Callable[[], tuple[Driver, FakeClock]],
    *,
    lives: int,
    steps: int = 30,
    phases: tuple[Phase, ...] = tuple(Phase),
) -> None:
    machine = type("Sessions", (Sessions,), {"world": staticmethod(world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


POLICY = SessionPolicy(at_most=AT_MOST)


def on_fakes(runner: asyncio.Runner, desk: Desk) -> tuple[Driver, FakeClock]:
    return Calls(desk, runner.run), desk.clock


def test_the_use_cases_keep_to_the_tables_on_fakes() -> None:
    with asyncio.Runner() as runner:
        play(lambda: on_fakes(runner, Desk(policy=POLICY)), lives=400)


@pytest.mark.usefixtures("on_engine")
def test_the_use_cases_keep_to_the_tables_on_a_database(tmp_path: Path) -> None:
    clock = FakeClock()
    services = build_services(settings_in(tmp_path, sessions_per_user=AT_MOST), clock)
    with asyncio.Runner() as runner, _entered(runner, services.running()):
        play(lambda: (Calls(services, runner.run), clock), lives=100)


@pytest.mark.usefixtures("on_engine")
def test_the_service_keeps_to_the_tables_over_http(tmp_path: Path) -> None:
    clock, own = FakeClock(), settings_in(tmp_path, sessions_per_user=AT_MOST)
    make_operator(own, "root")
    with in_process(own, build_services(own, clock)) as client:
        assert client.log_in("root", PASSWORD).status == 200
        body = {"name": "test", "scopes": list(Scope), "days": 366}
        key = client.request("POST", "/api/ops/tokens", json=body).data["token"]
        play(lambda: (OverHttp(client, key), clock), lives=60)


@contextmanager
def _entered(runner: asyncio.Runner, manager: AbstractAsyncContextManager[None]) -> Iterator[None]:
    runner.run(manager.__aenter__())
    try:
        yield
    finally:
        runner.run(manager.__aexit__(None, None, None))


class DeafToLogout(FakeSessions):
    async def end(self, digest: bytes) -> Session | None:
        return None


class SparingOthers(FakeSessions):
    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        return 0


class Hoarding(FakeSessions):
    async def evict(self, user_id: int, *, at_most: int) -> int:
        return 0


class KeepingOldTokens(FakeSessions):
    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        old = {key for key, each in self.state.sessions.items() if each.id == session.id}
        await super().renew(session, user, digest)
        self.state.sessions |= dict.fromkeys(old, self.state.sessions[digest])


class WithoutEnd(FakeInvitations):
    async def use(self, digest: bytes, now: datetime) -> Invitation | None:
        return self.state.invitations.get(digest)


class DeafToRevocation(FakeInvitations):
    async def revoke(self, invitation_id: int, now: datetime) -> Invitation | None:
        found = self.state.invitations.values()
        return next((each for each in found if each.id == invitation_id), None)


class ForgettingRoles(FakeUsers):
    async def save(self, user: User) -> User:
        return await super().save(replace(user, roles=()))


BROKEN: dict[str, dict[str, Any]] = {
    "a logout ends nothing": {"sessions": DeafToLogout},
    "a new password spares others": {"sessions": SparingOthers},
    "nothing is evicted": {"sessions": Hoarding},
    "old tokens stay": {"sessions": KeepingOldTokens},
    "an invitation is not used up": {"invitations": WithoutEnd},
    "an invitation cannot be revoked": {"invitations": DeafToRevocation},
    "roles are lost": {"users": ForgettingRoles},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_store_is_found_out(case: str) -> None:
    with asyncio.Runner() as runner, pytest.raises(AssertionError):
        play(
            lambda: on_fakes(runner, Desk(store=BrokenStore(**BROKEN[case]), policy=POLICY)),
            lives=1000,
            phases=(Phase.generate,),
        )


def test_the_tables_are_whole() -> None:
    assert set(ENDINGS.values()) | {"no session", "ahead", "fresh", "stale", "expired"} == set(
        ANSWERS
    )
    assert [phase_at(age) for age in (-DAY, -MINUTE, 9 * MINUTE, 10 * MINUTE, 7 * DAY)] == [
        "ahead",
        "fresh",
        "fresh",
        "stale",
        "expired",
    ]
