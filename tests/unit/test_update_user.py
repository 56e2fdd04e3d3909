from dataclasses import replace

import pytest

from domain.errors import (
    FreshLoginRequired,
    InvalidCredentials,
    InvalidPassword,
    InvalidUsername,
    NotSignedIn,
    UsernameTaken,
)
from domain.network import Client
from domain.password import Password, PasswordHash
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD
from tests.fakes.system import NOBODY, FakeHasher
from tests.unit.conftest import Desk


async def test_a_rename_keeps_everything_else(desk: Desk) -> None:
    before = await desk.signed_up("ada")
    after = await desk.updated(before.token, username="Bob")
    assert after.token == before.token
    assert after.user == replace(before.user.renamed(after.user.username), version=2)
    assert (await desk.logged_in("bob")).user == after.user


async def test_nothing_given_changes_nothing(desk: Desk) -> None:
    before = await desk.signed_up()
    assert (await desk.updated(before.token)).user == before.user


async def test_a_taken_or_bad_name_changes_nothing(desk: Desk) -> None:
    await desk.signed_up("bob")
    ada = await desk.signed_up("ada")
    with pytest.raises(UsernameTaken):
        await desk.updated(ada.token, username="BOB", password=OTHER_PASSWORD)
    with pytest.raises(InvalidUsername):
        await desk.updated(ada.token, username="", password=OTHER_PASSWORD)
    with pytest.raises(InvalidPassword):
        await desk.updated(ada.token, username="eve", password="")
    assert (await desk.who(ada.token)).user == ada.user


async def test_a_new_password_ends_all_other_sessions_and_renews_this_token(desk: Desk) -> None:
    stranger = await desk.signed_up()
    desk.clock.advance(DAY)
    owner = await desk.logged_in()
    renewed = await desk.updated(owner.token, password=OTHER_PASSWORD)
    assert (await desk.who(renewed.token)).user == renewed.user
    for old in (stranger.token, owner.token):
        with pytest.raises(NotSignedIn):
            await desk.who(old)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in(password=PASSWORD)
    assert await desk.logged_in(password=OTHER_PASSWORD)


async def test_a_renewed_token_does_not_live_longer(desk: Desk) -> None:
    owner = await desk.signed_up()
    desk.clock.advance(DAY)
    renewed = await desk.updated(owner.token, password=OTHER_PASSWORD, current_password=PASSWORD)
    assert renewed.remaining == 6 * DAY


async def test_a_new_password_needs_the_old_one_when_the_login_is_not_fresh(desk: Desk) -> None:
    owner = await desk.signed_up()
    desk.clock.advance(10 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await desk.updated(owner.token, password=OTHER_PASSWORD)
    with pytest.raises(InvalidCredentials):
        await desk.updated(owner.token, password=OTHER_PASSWORD, current_password="wrong")
    assert await desk.updated(owner.token, password=OTHER_PASSWORD, current_password=PASSWORD)


async def test_a_wrong_old_password_is_refused_even_in_a_fresh_session(desk: Desk) -> None:
    owner = await desk.signed_up()
    with pytest.raises(InvalidCredentials):
        await desk.updated(owner.token, password=OTHER_PASSWORD, current_password="wrong")


async def test_a_rename_needs_no_fresh_login(desk: Desk) -> None:
    owner = await desk.signed_up()
    desk.clock.advance(DAY)
    assert await desk.updated(owner.token, username="bob")


async def test_a_session_that_ends_while_the_password_is_hashed_changes_nothing(
    desk: Desk,
) -> None:
    owner = await desk.signed_up()

    class SlowHasher(FakeHasher):
        async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
            await desk.log_out(presented=owner.token, origin=LAPTOP)
            return await super().hash(password)

    slow = Desk(store=desk.store, clock=desk.clock, tokens=desk.tokens, hasher=SlowHasher())
    with pytest.raises(NotSignedIn):
        await slow.updated(owner.token, password=OTHER_PASSWORD)
    assert (await desk.logged_in(password=PASSWORD)).user == owner.user


async def test_of_two_password_changes_at_once_the_second_is_refused(desk: Desk) -> None:
    one = await desk.signed_up()
    two = await desk.logged_in()

    class SlowHasher(FakeHasher):
        async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
            await desk.updated(two.token, password="the owner was quicker")
            return await super().hash(password)

    slow = Desk(store=desk.store, clock=desk.clock, tokens=desk.tokens, hasher=SlowHasher())
    with pytest.raises(NotSignedIn):
        await slow.updated(one.token, password=OTHER_PASSWORD)
