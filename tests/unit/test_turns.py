"""Whoever writes or hashes does it in their own turn: otherwise one client could hold up all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

import pytest

from adapters.no_throttle import NoThrottle
from domain.errors import Busy, InvalidCredentials
from domain.network import Client
from domain.operator import Scope
from domain.password import Password, PasswordHash
from domain.secrets import SessionToken
from domain.throttle import Attempt
from tests.examples import DAY, LAPTOP, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.store import FakeStore, FakeUnitOfWork
from tests.fakes.system import NOBODY, FakeHasher
from tests.unit.codes import become, code_for, reset
from tests.unit.conftest import Desk
from tests.unit.invitations import invited, operator_invited
from tests.unit.operators import ACTS, Act, at_work, became_operator


class WatchedStore(FakeStore):
    """Knows whose turns there were."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[Client | None] = []
        self.locked: set[int] = set()

    @asynccontextmanager
    async def begin(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AsyncIterator[FakeUnitOfWork]:
        self.clients.append(client)
        self.locked |= {*accounts}
        async with super().begin(client, accounts=accounts) as work:
            yield work


class WatchedHasher(FakeHasher):
    """Knows for whom was hashed, and on whose behalf the rest was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[Client] = []
        self.asked: list[Client] = []

    def check_turn(self, *, client: Client = NOBODY) -> None:
        self.asked.append(client)
        super().check_turn(client=client)

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
    ) -> bool:
        self.asked.append(client)
        return await super().verify(password, password_hash, client=client)

    async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
        self.clients.append(client)
        return await super().hash(password, client=client)


class WatchedThrottle(NoThrottle):
    """Knows in whose turn was counted."""

    def __init__(self) -> None:
        self.clients: list[Client] = []

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        self.clients.append(client)

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        self.clients.append(client)

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        self.clients.append(client)
        return await super().succeed(attempts, ends=ends, then=then, client=client)


@pytest.fixture
def throttle() -> WatchedThrottle:
    return WatchedThrottle()


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


@pytest.fixture
def desk(store: WatchedStore, hasher: WatchedHasher, throttle: WatchedThrottle) -> Desk:
    return Desk(store=store, hasher=hasher, throttle=throttle)


def demand_turns(
    store: WatchedStore, hasher: WatchedHasher, user_id: int | None, *, hashes: bool
) -> None:
    expected = PHONE.client(user_id=user_id)
    assert store.clients
    assert {*store.clients} == {expected}
    assert {*hasher.clients} == ({expected} if hashes else set())


async def rename(desk: Desk, token: SessionToken) -> object:
    return await desk.use_cases.update_own_account(
        signed_in=await desk.who(token),
        presented=token,
        caller=PHONE,
        username="eve",
        password=None,
        current_password=None,
    )


async def change_password(desk: Desk, token: SessionToken) -> object:
    return await desk.use_cases.update_own_account(
        signed_in=await desk.who(token),
        presented=token,
        caller=PHONE,
        username=None,
        password=OTHER_PASSWORD,
        current_password=PASSWORD,
    )


async def delete(desk: Desk, token: SessionToken) -> object:
    return await desk.use_cases.delete_own_account(
        signed_in=await desk.who(token), presented=token, caller=PHONE, current_password=PASSWORD
    )


async def end_one(desk: Desk, token: SessionToken) -> None:
    signed_in = await desk.who(token)
    await desk.use_cases.end_session(
        signed_in=signed_in, presented=token, session_id=signed_in.session.id, caller=PHONE
    )


async def end_others(desk: Desk, token: SessionToken) -> object:
    return await desk.use_cases.end_other_sessions(
        signed_in=await desk.who(token), presented=token, caller=PHONE
    )


OWN = [rename, change_password, delete, end_one, end_others]


@pytest.mark.parametrize("act", OWN)
async def test_who_is_signed_in_writes_in_a_turn_of_the_account(
    act: Callable[[Desk, SessionToken], Awaitable[object]],
    desk: Desk,
    store: WatchedStore,
    hasher: WatchedHasher,
) -> None:
    ada = await desk.signed_up()
    store.clients.clear()
    hasher.clients.clear()
    await act(desk, ada.token)
    demand_turns(store, hasher, ada.user.id, hashes=act is change_password)


@pytest.mark.parametrize("act", ACTS)
async def test_an_operator_writes_in_a_turn_of_the_operator(
    act: Act, desk: Desk, store: WatchedStore, hasher: WatchedHasher
) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    store.clients.clear()
    hasher.clients.clear()
    await act(desk, by, ada.user)
    assert {each.user_id for each in store.clients if each} == {by.user.id}
    assert None not in store.clients
    assert {each.user_id for each in hasher.clients} <= {by.user.id}


async def test_strangers_write_and_hash_in_a_turn_of_their_site(
    desk: Desk, store: WatchedStore, hasher: WatchedHasher, throttle: WatchedThrottle
) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    reset_code = await code_for(desk, by, ada.user)
    invitation, of_operator = await invited(desk, by), await operator_invited(desk, by)
    use_cases = desk.use_cases

    async def sign_up() -> object:
        code = invitation.code.text
        return await use_cases.sign_up(
            username="bob", password=PASSWORD, caller=PHONE, presented=None, invitation=code
        )

    async def log_in() -> object:
        return await use_cases.log_in(
            username="bob", password=PASSWORD, caller=PHONE, presented=None
        )

    async def join() -> object:
        return await use_cases.join_operators(
            code=of_operator.code, username="eve", password=PASSWORD, caller=PHONE, presented=None
        )

    for act, hashes in (
        (sign_up, True),
        (log_in, False),
        (lambda: reset(desk, reset_code), True),
        (join, True),
    ):
        for each in (store.clients, hasher.clients, hasher.asked, throttle.clients):
            each.clear()
        await act()
        asked = [*hasher.asked, *throttle.clients]
        assert {each.site for each in asked} <= {PHONE.client().site}
        assert {each.site for each in store.clients if each} == {PHONE.client().site}
        assert None not in store.clients
        assert {each.site for each in hasher.clients} == (
            {PHONE.client().site} if hashes else set()
        )


async def test_what_counts_against_an_account_is_counted_in_its_turn(
    desk: Desk, hasher: WatchedHasher, throttle: WatchedThrottle
) -> None:
    ada = await desk.signed_up()
    hasher.asked.clear()
    throttle.clients.clear()
    desk.clock.advance(DAY)
    await change_password(desk, ada.token)
    assert {*hasher.asked, *throttle.clients} == {PHONE.client(user_id=ada.user.id)}


@pytest.mark.parametrize("refuses", ["sign up", "log in", "confirm"])
async def test_what_was_no_guess_is_taken_back_in_the_same_turn(
    refuses: str, desk: Desk, hasher: WatchedHasher, throttle: WatchedThrottle
) -> None:
    ada = await desk.signed_up()
    desk.clock.advance(DAY)
    throttle.clients.clear()
    fails = BusyHasher()
    desk.hasher = fails
    with pytest.raises(Busy):
        if refuses == "sign up":
            await desk.use_cases.sign_up(
                username="bob", password=PASSWORD, caller=PHONE, presented=None
            )
        elif refuses == "log in":
            await desk.use_cases.log_in(
                username="ada", password=PASSWORD, caller=PHONE, presented=None
            )
        else:
            await change_password(desk, ada.token)
    assert len(throttle.clients) >= 2, "counted, and taken back"
    assert {each.site for each in throttle.clients} == {PHONE.client().site}


class BusyHasher(FakeHasher):
    """Is busy when it comes to it."""

    async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
        raise Busy(retry_after=1)

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
    ) -> bool:
        raise Busy(retry_after=1)


async def test_so_does_the_first_operator(
    desk: Desk, store: WatchedStore, hasher: WatchedHasher
) -> None:
    code = await desk.use_cases.offer_set_up()
    store.clients.clear()
    await become(desk, code)
    assert {each.site for each in store.clients if each} == {hasher.clients[0].site}
    assert None not in store.clients


async def test_who_made_a_code_is_locked_while_it_is_used(desk: Desk, store: WatchedStore) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    reset_code = await code_for(desk, by, ada.user)
    invitation, of_operator = await invited(desk, by), await operator_invited(desk, by)

    async def join() -> object:
        return await desk.use_cases.join_operators(
            code=of_operator.code, username="eve", password=PASSWORD, caller=PHONE, presented=None
        )

    for act in (
        lambda: reset(desk, reset_code),
        lambda: desk.signed_up("bob", invitation=invitation.code.text),
        join,
    ):
        store.locked.clear()
        await act()
        assert by.user.id in store.locked


async def test_whose_token_it_is_is_locked_while_it_is_made_and_revoked(
    desk: Desk, store: WatchedStore
) -> None:
    by = await at_work(desk, await became_operator(desk))
    store.locked.clear()
    issued = await desk.use_cases.create_token(
        operator=by.user.username,
        name="script",
        scopes=frozenset({Scope.DATA_VIEW}),
        lifetime=DAY,
        caller=LAPTOP,
    )
    assert store.locked == {by.user.id}
    store.locked.clear()
    await desk.use_cases.revoke_token(token_id=issued.token.id, caller=LAPTOP)
    assert store.locked == {by.user.id}


async def test_who_leaves_and_who_is_refused_writes_in_a_turn(
    desk: Desk, store: WatchedStore
) -> None:
    ada = await desk.signed_up()
    store.clients.clear()
    with pytest.raises(InvalidCredentials):
        await desk.logged_in(password="wrong password")
    assert {each.site for each in store.clients if each} == {LAPTOP.client().site}
    assert None not in store.clients
    store.clients.clear()
    await desk.use_cases.log_out(presented=ada.token, caller=PHONE)
    assert store.clients == [PHONE.client(user_id=ada.user.id)]
