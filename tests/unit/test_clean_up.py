"""What is over is forgotten, in small batches and by a steady clock."""

from datetime import timedelta

import pytest

from adapters.no_throttle import NoThrottle
from domain.errors import NotSignedIn
from tests.examples import DAY, NOON, PASSWORD
from tests.unit.conftest import Desk


async def test_old_events_and_expired_sessions_are_forgotten_in_batches(desk: Desk) -> None:
    for number in range(5):
        await desk.signed_up(f"user{number}")
    desk.clock.advance(8 * DAY)
    assert [await desk.use_cases.clean_up() for _ in range(3)] == [3, 2, 0]
    assert len(desk.happened()) == 5
    desk.clock.advance(30 * DAY)
    await desk.signed_up("late")
    assert [await desk.use_cases.clean_up() for _ in range(3)] == [3, 2, 0]
    assert [event.at for event in desk.happened()] == [NOON + timedelta(days=38)]


async def test_nothing_is_forgotten_by_a_clock_that_has_just_jumped(desk: Desk) -> None:
    await desk.signed_up()
    desk.clock.advance(370 * DAY)
    desk.clock_watch.steady = False
    assert await desk.use_cases.clean_up() == 0
    assert len(desk.happened()) == 1
    desk.clock.advance(-370 * DAY)
    desk.clock_watch.steady = True
    assert await desk.use_cases.clean_up() == 0, "the clock was set right in time"
    assert desk.kinds() == ["signed_up"]


async def test_a_live_session_is_never_cleaned_away(desk: Desk) -> None:
    ada = await desk.signed_up("ada", None)
    desk.clock.advance(7 * DAY - timedelta(seconds=1))
    await desk.use_cases.clean_up()
    assert await desk.who(ada.token)
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        await desk.who(ada.token)
    assert PASSWORD not in str(desk.happened())


class CountingThrottle(NoThrottle):
    """Counts how often it was asked to forget."""

    forgot = 0

    async def forget(self) -> None:
        self.forgot += 1


async def test_the_throttle_forgets_too_when_the_clock_is_steady(desk: Desk) -> None:
    throttle = desk.throttle = CountingThrottle()
    desk.clock_watch.steady = False
    await desk.use_cases.clean_up()
    assert throttle.forgot == 0
    desk.clock_watch.steady = True
    await desk.use_cases.clean_up()
    assert throttle.forgot == 1


async def test_events_are_kept_for_as_long_as_is_set(desk: Desk) -> None:
    await desk.signed_up()
    desk.clock.advance(30 * DAY)
    await desk.use_cases.clean_up()
    assert desk.kinds() == ["signed_up"]
    desk.clock.advance(timedelta(seconds=1))
    assert await desk.use_cases.clean_up() == 1
    assert desk.happened() == []
