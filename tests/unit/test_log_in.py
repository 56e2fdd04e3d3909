import pytest

from domain.errors import InvalidCredentials, NotSignedIn
from domain.network import Client
from domain.password import Password, PasswordHash
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.fakes.system import NOBODY, FakeHasher
from tests.unit.conftest import Desk


async def test_name_and_password_open_a_new_session(desk: Desk) -> None:
    first = await desk.signed_up()
    second = await desk.logged_in("ADA")
    assert second.token != first.token
    assert (await desk.who(second.token)).user == first.user
    assert await desk.who(first.token), "the other session goes on"


async def test_it_replaces_the_session_presented(desk: Desk) -> None:
    first = await desk.signed_up()
    await desk.logged_in(presented=first.token)
    with pytest.raises(NotSignedIn):
        await desk.who(first.token)


async def test_wrong_name_and_wrong_password_are_refused_alike_and_cost_the_same(
    desk: Desk,
) -> None:
    await desk.signed_up()
    refusals, work = [], []
    for name, password in (("ada", OTHER_PASSWORD), ("eve", PASSWORD), ("ada", "x" * 5000)):
        before = desk.hasher.work
        with pytest.raises(InvalidCredentials) as refusal:
            await desk.logged_in(name, password)
        refusals.append(str(refusal.value))
        work.append(desk.hasher.work - before)
    assert len(set(refusals)) == 1
    assert work == [1, 1, 1]


async def test_a_refused_login_leaves_the_session_presented_alone(desk: Desk) -> None:
    first = await desk.signed_up()
    with pytest.raises(InvalidCredentials):
        await desk.logged_in(password=OTHER_PASSWORD, presented=first.token)
    assert await desk.who(first.token)


async def test_the_rules_for_new_names_and_passwords_are_not_applied(desk: Desk) -> None:
    for name, password in (("", ""), ("a b", "x"), ("x" * 1000, "\0")):
        with pytest.raises(InvalidCredentials):
            await desk.logged_in(name, password)


async def test_an_outdated_hash_is_renewed_and_other_sessions_stay(desk: Desk) -> None:
    first = await desk.signed_up()
    desk.hasher.version = 2
    await desk.logged_in()
    user = (await desk.who(first.token)).user
    assert user.password_hash == await FakeHasher(2).hash(Password(PASSWORD))
    assert user.auth_version == first.user.auth_version


async def test_a_password_changed_during_the_login_wins(desk: Desk) -> None:
    """The login checked the old password; the change comes before its session is stored."""
    owner = await desk.signed_up()

    class SlowHasher(FakeHasher):
        async def verify(
            self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
        ) -> bool:
            await desk.updated(owner.token, password=OTHER_PASSWORD)
            return await super().verify(password, password_hash)

    other = Desk(store=desk.store, clock=desk.clock, tokens=desk.tokens, hasher=SlowHasher())
    with pytest.raises(InvalidCredentials):
        await other.logged_in()
