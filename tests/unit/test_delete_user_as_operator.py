"""An operator deletes an account as if its owner had."""

import pytest

from domain.account import Receipt
from domain.errors import FreshLoginRequired, InvalidCredentials, LastOperator, NotSignedIn
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.session import Caller
from domain.user import User
from tests.examples import MINUTE, NOON, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, remove


async def delete(desk: Desk, by: Operator, user: User) -> Receipt:
    return await desk.use_cases.delete_user_as_operator(by=by, user=user.id, caller=PHONE)


async def test_it_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await remove(desk, await at_work(desk, token), ada)
    await remove(desk, await at_work(desk, (await desk.logged_in("root")).token), ada)


async def test_account_and_sessions_are_gone_and_the_receipt_says_so(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    first, second = await desk.signed_up(), await desk.logged_in()
    receipt = await delete(desk, by, first.user)
    assert receipt == Receipt(NOON, first.user, sessions=2, events=2)
    for admission in (first, second):
        with pytest.raises(NotSignedIn):
            await desk.who(admission.token)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in()


async def test_it_is_on_record_who_did_it_and_where_but_not_where_the_owner_was(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    await delete(desk, by, ada)
    assert [event for event in desk.happened() if event.user_id == ada.id] == [
        Event(EventKind.SIGNED_UP, NOON, ada.id, Caller("", "")),
        Event(EventKind.ACCOUNT_DELETED, NOON, ada.id, PHONE, actor_id=by.user.id),
    ]


async def test_the_last_operator_has_to_stay(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(LastOperator):
        await delete(desk, by, by.user)
    await became_operator(desk, "other")
    assert (await delete(desk, by, by.user)).user == by.user
