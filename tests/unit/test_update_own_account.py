"""Name and password can be changed by their owner."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from domain.errors import (
    FreshLoginRequired,
    InvalidCredentials,
    InvalidPassword,
    InvalidUsername,
    NotSignedIn,
    TooManyAttempts,
    UsernameTaken,
)
from domain.network import Client
from domain.operator import Scope
from domain.password import Password, PasswordHash
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD
from tests.fakes.system import NOBODY, FakeHasher
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.operators import HOUR, at_work, became_operator, key_of, rename, with_key


async def test_a_rename_keeps_everything_else(desk: Desk) -> None:
    before = await desk.signed_up("ada")
    after = await desk.updated(before.token, username="Bob")
    assert after.token == before.token
    assert after.user == replace(before.user.renamed(after.user.username), version=2)
    assert (await desk.logged_in("bob")).user == after.user


async def test_nothing_given_changes_nothing(desk: Desk) -> None:
    before = await desk.signed_up()
    assert (await desk.updated(before.token)).user == before.user


async def test_nothing_happens_when_nothing_changes(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    before = desk.happened()
    await desk.updated(ada.token)
    await desk.updated(ada.token, username="ada")
    assert desk.happened() == before


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


async def test_a_refused_change_leaves_no_trace_of_success(desk: Desk) -> None:
    await desk.signed_up("bob")
    ada = await desk.signed_up("ada")
    before = desk.happened()
    with pytest.raises(UsernameTaken):
        await desk.updated(ada.token, username="bob", password=OTHER_PASSWORD)
    assert desk.happened() == before


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
            await desk.use_cases.log_out(presented=owner.token, caller=LAPTOP)
            return await super().hash(password)

    slow = Desk(store=desk.store, clock=desk.clock, secrets=desk.secrets, hasher=SlowHasher())
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

    slow = Desk(store=desk.store, clock=desk.clock, secrets=desk.secrets, hasher=SlowHasher())
    with pytest.raises(NotSignedIn):
        await slow.updated(one.token, password=OTHER_PASSWORD)


async def test_keys_are_kept_only_moments_after_a_login(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await desk.updated(
            token, password=OTHER_PASSWORD, current_password=PASSWORD, keep_access_tokens=True
        )
    assert await with_key(desk, key)
    await desk.updated(token, password=OTHER_PASSWORD, current_password=PASSWORD)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_keys_are_kept_if_that_is_said_moments_after_a_login(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    await desk.updated(token, password=OTHER_PASSWORD, keep_access_tokens=True)
    assert await with_key(desk, key)


async def test_an_account_changes_its_name_ten_times_an_hour(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.signed_up("ada")
    for number in range(10):
        await desk.updated(ada.token, username=f"ada{number}")
    with pytest.raises(TooManyAttempts) as refusal:
        await desk.updated(ada.token, username="once-more")
    assert refusal.value.retry_after == 3600
    await desk.updated(ada.token, username="ada9")
    bob = await desk.signed_up("bob")
    await desk.updated(bob.token, username="bob2")
    desk.clock.advance(HOUR)
    await desk.updated(ada.token, username="once-more")


async def test_a_change_that_was_refused_counts_too(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.signed_up("ada")
    await desk.signed_up("bob")
    for _ in range(10):
        with pytest.raises(UsernameTaken):
            await desk.updated(ada.token, username="bob")
    with pytest.raises(TooManyAttempts):
        await desk.updated(ada.token, username="bob")


class RenamingHasher(FakeHasher):
    """While it hashes, an operator renames the account."""

    meanwhile: Callable[[], Awaitable[object]]

    async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
        await self.meanwhile()
        return await super().hash(password, client=client)


async def test_a_reserved_name_that_was_taken_away_meanwhile_does_not_come_back(
    desk: Desk,
) -> None:
    root = await at_work(desk, await became_operator(desk))
    created = await desk.use_cases.create_user(
        username="support", password=PASSWORD, caller=LAPTOP, by=root
    )
    token = (await desk.logged_in("support")).token
    desk.hasher = hasher = RenamingHasher()
    hasher.meanwhile = lambda: rename(desk, root, created)
    with pytest.raises(UsernameTaken):
        await desk.updated(token, username="support", password=OTHER_PASSWORD)
    assert (await desk.who(token)).user.username.value == "renamed"
