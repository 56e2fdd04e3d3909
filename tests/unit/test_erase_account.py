"""An account that is erased leaves nothing personal behind."""

import pytest

from domain.account import Receipt
from domain.errors import LastOperator
from domain.events import Event, EventKind
from domain.session import Caller
from domain.user import User
from tests.examples import LAPTOP, NOON, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import NOBODY, at_work, became_operator


async def erase(desk: Desk, user: User, actor_id: int | None = None) -> Receipt:
    step = desk.use_cases.delete_own_account.erase_account
    async with desk.store.begin() as work:
        return await step(work, user, caller=PHONE, actor_id=actor_id)


async def test_the_receipt_says_what_was_removed(desk: Desk) -> None:
    ada, _ = await desk.signed_up(), await desk.logged_in()
    assert await erase(desk, ada.user) == Receipt(NOON, ada.user, sessions=2, events=2)
    state = desk.store.state
    assert (state.users, state.sessions) == ({}, {})


@pytest.mark.parametrize("is_named", [False, True])
async def test_by_its_owner_it_is_on_record_without_a_word_about_where(
    desk: Desk, is_named: bool
) -> None:
    ada = (await desk.signed_up()).user
    actor_id = ada.id if is_named else None
    await erase(desk, ada, actor_id)
    deleted = Event(EventKind.ACCOUNT_DELETED, NOON, ada.id, Caller("", ""), actor_id=actor_id)
    assert desk.happened()[-1] == deleted


async def test_by_an_operator_it_is_on_record_where_that_operator_was(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    await erase(desk, ada, actor_id=NOBODY)
    deleted = Event(EventKind.ACCOUNT_DELETED, NOON, ada.id, PHONE, actor_id=NOBODY)
    assert desk.happened()[-1] == deleted


async def test_events_stay_without_what_is_personal(desk: Desk) -> None:
    ada = await desk.signed_up()
    await desk.updated(ada.token, username="eve")
    await erase(desk, ada.user)
    assert desk.happened()[:2] == [
        Event(kind, NOON, ada.user.id, Caller("", ""))
        for kind in (EventKind.SIGNED_UP, EventKind.RENAMED)
    ]


async def test_others_keep_what_they_have(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    await erase(desk, ada.user)
    assert (await desk.who(bob.token)).user == bob.user
    assert Event(EventKind.SIGNED_UP, NOON, bob.user.id, LAPTOP) in desk.happened()


async def test_the_last_operator_has_to_stay(desk: Desk) -> None:
    token = await became_operator(desk)
    root = (await desk.who(token)).user
    other = await desk.use_cases.create_user(
        username="other", password=PASSWORD, caller=LAPTOP, is_operator=True
    )
    await desk.use_cases.disable_user(user=other.id, caller=LAPTOP)
    with pytest.raises(LastOperator):
        await erase(desk, root)
    assert (await at_work(desk, token)).user == root
    await desk.use_cases.enable_user(user=other.id, caller=LAPTOP)
    assert (await erase(desk, root)).user == root
