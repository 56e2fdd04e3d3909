"""A true record of what happened: everything, in order, with the change itself."""

import pytest

from domain.errors import InvalidCredentials
from domain.events import Ending, Event, EventKind
from tests.examples import LAPTOP, NOON, OTHER_PASSWORD, PHONE
from tests.unit.conftest import Desk


async def test_a_life_is_remembered_in_order(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    second = await desk.logged_in("ada")
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("ada", "wrong")
    await desk.updated(second.token, username="eve", password=OTHER_PASSWORD)
    third = await desk.logged_in("eve", OTHER_PASSWORD)
    await desk.use_cases.log_out(presented=third.token, caller=PHONE)
    assert desk.happened() == [
        Event(EventKind.SIGNED_UP, NOON, 1, LAPTOP),
        Event(EventKind.LOGGED_IN, NOON, 1, LAPTOP),
        Event(EventKind.LOGIN_REFUSED, NOON, 1, LAPTOP, {"reason": "wrong_password"}),
        Event(EventKind.RENAMED, NOON, 1, PHONE, {"from": "ada", "to": "eve"}),
        Event(EventKind.PASSWORD_CHANGED, NOON, 1, PHONE),
        Event(
            EventKind.SESSIONS_ENDED, NOON, 1, PHONE, {"count": 1, "why": Ending.PASSWORD_CHANGED}
        ),
        Event(EventKind.LOGGED_IN, NOON, 1, LAPTOP),
        Event(EventKind.SESSIONS_ENDED, NOON, 1, PHONE, {"count": 1, "why": Ending.LOGGED_OUT}),
    ]
    assert first.user.id == 1
