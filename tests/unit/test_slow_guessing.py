"""Guesses that stay under every quick limit are slowed down too, and owners see them."""

from datetime import timedelta

import pytest

from domain.errors import TooManyAttempts
from domain.throttle import Limit, ThrottlePolicy
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import WAIT, WRONG, guess, log_in
from tests.unit.operators import HOUR, at_work, became_operator


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.throttle = MemoryThrottle(desk.clock)
    return desk


async def guess_patiently(desk: Desk, hours: int, name: str = "ada", *, spread: bool = True) -> int:
    """Guess every two minutes, each time from another network; say how many were checked."""
    checked = 0
    for number in range(hours * 30):
        address = f"198.51.{number // 250}.{number % 250}" if spread else "198.51.100.1"
        checked += await guess(desk, 1, name=name, address=address) == [WRONG]
        desk.clock.advance(2 * MINUTE)
    return checked


async def test_a_patient_stranger_has_a_hundred_guesses_and_then_one_an_hour(desk: Desk) -> None:
    await desk.signed_up("ada")
    assert 100 <= await guess_patiently(desk, 24) <= 124
    assert await guess_patiently(desk, 24) <= 24


async def test_names_nobody_has_are_slowed_down_alike(desk: Desk) -> None:
    assert await guess_patiently(desk, 24, "nobody") <= 124


async def test_the_owners_browser_is_not_slowed_down(desk: Desk) -> None:
    mark = (await desk.signed_up("ada")).device
    await guess_patiently(desk, 12)
    assert await guess(desk, 1) == [WAIT]
    assert await log_in(desk, device=mark)
    assert await guess(desk, 1) == [WRONG], "a success begins anew"


async def test_in_the_profile_hardened_strangers_wait_for_a_reset(desk: Desk) -> None:
    year = timedelta(days=365)
    desk.limits = ThrottlePolicy(failures=Limit(100, year, year, year))
    ada = await desk.signed_up("ada")
    await guess_patiently(desk, 24)
    desk.clock.advance(30 * DAY)
    assert await guess(desk, 1) == [WAIT]
    by = await at_work(desk, await became_operator(desk))
    code = (await desk.use_cases.set_reset_code(by=by, user=ada.user.id, caller=LAPTOP)).code
    await desk.use_cases.reset_password(
        code=code, password=OTHER_PASSWORD, caller=PHONE, presented=None
    )
    assert await log_in(desk, password=OTHER_PASSWORD)


async def test_a_network_has_a_thousand_failures_a_day_and_then_one_an_hour(desk: Desk) -> None:
    checked = 0
    for number in range(24 * 120):
        checked += await guess(desk, 1, name=f"user{number}", address="198.51.100.1") == [WRONG]
        desk.clock.advance(timedelta(seconds=30))
    assert 1_000 <= checked <= 1_024


async def test_ipv6_sites_are_counted_by_56_and_by_48(desk: Desk) -> None:
    by_56 = [(await guess(desk, 1, address=f"2001:db8:0:{n:x}::1"))[0] for n in range(50)]
    assert by_56.count(WRONG) == 40
    desk.limits = ThrottlePolicy(account=Limit(10**6, DAY), failures=Limit(10**6, DAY))
    by_48 = [(await guess(desk, 1, address=f"2001:db8:1:{n:x}00::1"))[0] for n in range(200)]
    assert by_48.count(WRONG) == 160


async def test_addresses_that_carry_ipv4_addresses_are_apart(desk: Desk) -> None:
    await guess(desk, 10, address="::ffff:192.0.2.66")
    assert await guess(desk, 1, address="192.0.2.66") == [WAIT]
    assert await guess(desk, 1, address="::ffff:192.0.2.67") == [WRONG]
    assert await guess(desk, 1, address="64:ff9b::192.0.2.66") == [WAIT]
    assert await guess(desk, 1, address="2002:c000:242::1") == [WAIT]


async def test_a_new_password_makes_strangers_of_all_browsers_but_its_own(desk: Desk) -> None:
    stolen = str((await desk.signed_up("ada")).device)
    here = await log_in(desk)
    renewed = await desk.updated(here.token, password=OTHER_PASSWORD, device=here.device)
    await guess(desk, 10)
    assert await guess(desk, 1, device=stolen) == [WAIT]
    assert await guess(desk, 1, device=str(here.device)) == [WAIT]
    assert renewed.device
    assert await log_in(desk, password=OTHER_PASSWORD, device=renewed.device)


async def test_a_browser_keeps_its_own_count_over_a_new_password(desk: Desk) -> None:
    here = await desk.signed_up("ada")
    await guess(desk, 9, device=str(here.device))
    renewed = await desk.updated(here.token, password=OTHER_PASSWORD, device=here.device)
    assert await guess(desk, 2, device=str(renewed.device)) == [WRONG, WAIT]


async def test_an_account_logs_in_sixty_times_an_hour(desk: Desk) -> None:
    await desk.signed_up("ada")
    for _ in range(60):
        here = await log_in(desk)
    for act in (log_in(desk), desk.updated(here.token, password=OTHER_PASSWORD)):
        with pytest.raises(TooManyAttempts):
            await act
    desk.clock.advance(HOUR)
    for _ in range(60):
        assert await log_in(desk), "a quota begins anew"


async def test_a_stolen_session_does_not_keep_its_owner_out(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    for number in range(70):
        if number < 10:
            await desk.updated(ada.token, username=f"ada{number}")
        else:
            await desk.updated(ada.token)
            with pytest.raises(TooManyAttempts):
                await desk.updated(ada.token, username="more")
    assert await log_in(desk, name="ada9")
    await desk.updated(ada.token, password=OTHER_PASSWORD, current_password=PASSWORD)


async def test_others_in_a_network_do_not_pay_for_its_failures_for_ever(desk: Desk) -> None:
    for number in range(1_000):
        await guess(desk, 1, name=f"user{number}", address="198.51.100.1")
        desk.clock.advance(timedelta(seconds=30))
    await desk.signed_up("ada")
    desk.clock.advance(DAY)
    for _ in range(50):
        assert await log_in(desk, address="198.51.100.1")


async def test_what_was_tried_before_somebody_had_the_name_does_not_count(desk: Desk) -> None:
    await guess_patiently(desk, 6)
    desk.clock.advance(2 * HOUR)
    await desk.signed_up("ada")
    assert await log_in(desk, address="203.0.113.7")
