"""Guessing is slowed down, and the owner is not locked out."""

import pytest

from adapters.no_throttle import NoThrottle
from adapters.signing.device_marks import DeviceMarks
from domain.errors import Busy, TooManyAttempts
from domain.user import User
from tests.examples import ADA, HASH, MINUTE, NOON
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import WAIT, WRONG, guess, log_in


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.throttle = MemoryThrottle(desk.clock)
    return desk


async def test_ten_wrong_guesses_and_the_right_one_has_to_wait(desk: Desk) -> None:
    await desk.signed_up("ada")
    assert await guess(desk, 12) == [WRONG] * 10 + [WAIT] * 2
    with pytest.raises(TooManyAttempts):
        await log_in(desk)
    desk.clock.advance(MINUTE)
    assert await log_in(desk)


async def test_spelling_the_name_otherwise_does_not_help(desk: Desk) -> None:
    await desk.signed_up("ada")
    for spelling in ("ada", "ADA", "Ada", "aDa", "ａｄａ"):
        assert await guess(desk, 2, name=spelling) == [WRONG] * 2
    assert await guess(desk, 1, name="adA") == [WAIT]


async def test_names_nobody_has_are_counted_alike(desk: Desk) -> None:
    assert await guess(desk, 11, name="nobody") == [WRONG] * 10 + [WAIT]


async def test_who_is_turned_away_for_lack_of_time_is_not_counted(desk: Desk) -> None:
    await desk.signed_up("ada")
    throttle = desk.throttle = BrokenThrottle()
    desk.hasher.busy = True
    with pytest.raises(Busy):
        await log_in(desk)
    with pytest.raises(Busy):
        await desk.signed_up("bob")
    assert throttle.asked == 0


class BrokenThrottle(NoThrottle):
    """Must not be asked."""

    asked = 0

    async def reserve(self, attempts: object, *, client: object) -> None:
        self.asked += 1

    async def refund(self, attempts: object, *, client: object) -> None:
        self.asked += 1


async def test_who_waits_costs_no_hash(desk: Desk) -> None:
    await guess(desk, 10)
    before = desk.hasher.work
    await guess(desk, 20)
    assert desk.hasher.work == before


async def test_right_passwords_do_not_count(desk: Desk) -> None:
    await desk.signed_up("ada")
    for _ in range(30):
        assert await log_in(desk)
    assert await guess(desk, 10) == [WRONG] * 10


async def test_a_network_that_tries_many_names_has_to_wait(desk: Desk) -> None:
    outcomes = [(await guess(desk, 1, name=f"user{number}"))[0] for number in range(101)]
    assert outcomes == [WRONG] * 100 + [WAIT]
    assert await guess(desk, 1, name="user1", address="192.0.2.2") == [WRONG]


async def test_ipv6_neighbours_are_one_network(desk: Desk) -> None:
    outcomes = [(await guess(desk, 1, address=f"2001:db8::{n:x}"))[0] for n in range(11)]
    assert outcomes == [WRONG] * 10 + [WAIT]
    assert await guess(desk, 1, address="2001:db8:0:1::1") == [WRONG]


async def test_guesses_from_everywhere_slow_strangers_but_not_the_owners_browser(
    desk: Desk,
) -> None:
    mark = (await desk.signed_up("ada")).device
    for number in range(50):
        await guess(desk, 1, address=f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await log_in(desk, address="203.0.113.1")
    assert await log_in(desk, address="203.0.113.1", device=mark)
    assert await guess(desk, 11, device=str(mark)) == [WRONG] * 10 + [WAIT]


async def test_a_forged_or_borrowed_mark_opens_no_lane(desk: Desk) -> None:
    await desk.signed_up("ada")
    bobs = str((await desk.signed_up("bob")).device)
    forged = DeviceMarks(lambda: b"another key").issue(User(1, ADA, HASH, NOON))
    await guess(desk, 10)
    for mark in (bobs, forged, "", "1", "1.1.x.", bobs.replace("2.", "1.", 1)):
        assert await guess(desk, 1, device=mark) == [WAIT]
