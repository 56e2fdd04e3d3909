"""Name and password open a session, and a refusal tells nothing."""

import pytest

from domain.errors import Busy, InvalidCredentials, NotSignedIn
from domain.events import EventKind
from domain.network import Client
from domain.password import Password, PasswordHash
from tests.examples import ADA, LAPTOP, OTHER_PASSWORD, PASSWORD
from tests.fakes.system import NOBODY, FakeHasher
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import WRONG, BusyHasher, guess, log_in


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


async def test_a_refusal_knows_whose_account_it_was_about(desk: Desk) -> None:
    """For the records of operators; the caller is not told."""
    ada = (await desk.signed_up()).user.id
    for name, whose in (("ada", ada), ("eve", None)):
        with pytest.raises(InvalidCredentials) as refusal:
            await desk.logged_in(name, OTHER_PASSWORD)
        assert refusal.value.user_id == whose


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

    other = Desk(store=desk.store, clock=desk.clock, secrets=desk.secrets, hasher=SlowHasher())
    with pytest.raises(InvalidCredentials):
        await other.logged_in()


async def test_disabled_during_a_login_it_does_not_get_in(desk: Desk) -> None:
    await desk.signed_up()

    class SlowHasher(FakeHasher):
        async def verify(
            self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
        ) -> bool:
            await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
            return await super().verify(password, password_hash)

    slow = Desk(store=desk.store, clock=desk.clock, secrets=desk.secrets, hasher=SlowHasher())
    with pytest.raises(InvalidCredentials):
        await slow.logged_in()


async def test_the_right_password_of_a_disabled_account_costs_what_a_wrong_one_does(
    desk: Desk,
) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.signed_up("ada")
    await desk.use_cases.disable_user(user=ada.user.id, caller=LAPTOP)
    looked_at: list[object] = []
    verify = desk.hasher.verify

    class Watching(FakeHasher):
        async def verify(
            self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
        ) -> bool:
            looked_at.append(password_hash)
            return await verify(password, password_hash, client=client)

    desk.hasher = Watching()
    assert await guess(desk, 1, password=PASSWORD) == [WRONG]
    assert looked_at == [None], "as for a name that nobody has"


async def test_a_name_nobody_has_is_remembered_by_a_pseudonym_only(desk: Desk) -> None:
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("hunter2")
    (event,) = desk.happened()
    assert (event.kind, event.user_id) == (EventKind.LOGIN_REFUSED, None)
    assert "hunter2" not in str(event)


async def test_the_event_of_a_refusal_says_why_and_the_refusal_does_not(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    refusals, work, begun = [], [], []
    for is_disabled in (False, True):
        if is_disabled:
            await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
        for name, password in (("ada", OTHER_PASSWORD), ("eve", OTHER_PASSWORD)):
            before = desk.hasher.work, desk.store.begun
            with pytest.raises(InvalidCredentials) as refusal:
                await desk.logged_in(name, password)
            refusals.append(str(refusal.value))
            work.append(desk.hasher.work - before[0])
            begun.append(desk.store.begun - before[1])
    assert len(set(refusals)) == 1
    assert (work, begun) == ([1] * 4, [1] * 4)
    refused = [each for each in desk.happened() if each.kind is EventKind.LOGIN_REFUSED]
    assert [each.details.get("reason") for each in refused if each.user_id == ada.id] == [
        "wrong_password",
        "disabled",
    ]
    assert [list(each.details) for each in refused if each.user_id is None] == [["pseudonym"]] * 2


async def test_the_right_password_of_a_disabled_account_is_no_reason_of_its_own(
    desk: Desk,
) -> None:
    await desk.signed_up()
    await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in(password=PASSWORD)
    assert desk.happened()[-1].details == {"reason": "disabled"}


async def test_the_event_of_a_login_says_how_many_failed_before(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    mark = (await desk.signed_up("ada")).device
    await guess(desk, 3)
    await log_in(desk)
    assert desk.happened()[-1].details == {"refused_before": 3}
    await log_in(desk)
    assert desk.happened()[-1].details == {}
    await guess(desk, 2, address="198.51.100.1")
    await log_in(desk, device=mark)
    assert desk.happened()[-1].details == {"refused_before": 2}


async def test_a_mark_is_given_once_and_kept(desk: Desk) -> None:
    mark = (await desk.signed_up("ada")).device
    assert mark
    assert (await log_in(desk, device=mark)).device is None
    assert (await log_in(desk, device=None)).device not in (None, mark)


async def test_what_was_no_guess_is_taken_back(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    await desk.signed_up("ada")

    busy = Desk(store=desk.store, clock=desk.clock, throttle=desk.throttle, hasher=BusyHasher())
    for _ in range(20):
        with pytest.raises(Busy):
            await log_in(busy)
    assert await guess(desk, 10) == [WRONG] * 10


async def test_a_login_is_noted_as_a_use_and_a_refused_one_is_not(desk: Desk) -> None:
    ada = (await desk.signed_up("ada")).user
    with pytest.raises(InvalidCredentials):
        await desk.logged_in(password=OTHER_PASSWORD)
    assert desk.last_seen.logins == []
    await desk.logged_in()
    assert desk.last_seen.logins == [(ada.id, LAPTOP, desk.clock.now())]
