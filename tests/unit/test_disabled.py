"""A disabled account: out at once, and no different from a wrong password."""

import pytest

from domain.errors import InvalidCredentials, NoSuchUser, NotSignedIn
from domain.network import Client
from domain.password import Password, PasswordHash
from tests.examples import ADA, BOB, LAPTOP
from tests.fakes.system import NOBODY, FakeHasher
from tests.unit.conftest import Desk


async def test_it_is_out_at_once_and_stays_out(desk: Desk) -> None:
    sessions = [await desk.signed_up(), await desk.logged_in()]
    await desk.disable_user(user=ADA, origin=LAPTOP)
    for session in sessions:
        with pytest.raises(NotSignedIn):
            await desk.who(session.token)
    before = desk.hasher.work
    with pytest.raises(InvalidCredentials):
        await desk.logged_in()
    assert desk.hasher.work == before + 1, "the same work as any refusal"
    assert desk.kinds() == [
        "signed_up",
        "logged_in",
        "account_disabled",
        "sessions_ended",
        "login_refused",
    ]


async def test_enabled_again_it_gets_in_with_a_new_session(desk: Desk) -> None:
    old = await desk.signed_up()
    await desk.disable_user(user=ADA, origin=LAPTOP)
    await desk.disable_user(user=ADA, origin=LAPTOP, disabled=False)
    assert (await desk.logged_in()).user.id == old.user.id
    with pytest.raises(NotSignedIn):
        await desk.who(old.token)


async def test_nobody_cannot_be_disabled(desk: Desk) -> None:
    with pytest.raises(NoSuchUser):
        await desk.disable_user(user=BOB, origin=LAPTOP)


async def test_to_disable_twice_is_to_disable_once(desk: Desk) -> None:
    await desk.signed_up()
    first = await desk.disable_user(user=ADA, origin=LAPTOP)
    assert await desk.disable_user(user=ADA, origin=LAPTOP) == first
    assert desk.kinds().count("account_disabled") == 1


async def test_disabled_during_a_login_it_does_not_get_in(desk: Desk) -> None:
    await desk.signed_up()

    class SlowHasher(FakeHasher):
        async def verify(
            self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
        ) -> bool:
            await desk.disable_user(user=ADA, origin=LAPTOP)
            return await super().verify(password, password_hash)

    slow = Desk(store=desk.store, clock=desk.clock, tokens=desk.tokens, hasher=SlowHasher())
    with pytest.raises(InvalidCredentials):
        await slow.logged_in()
