"""To leave for good takes everything along, and needs the owner."""

import pytest

from domain.account import Receipt
from domain.errors import (
    FreshLoginRequired,
    InvalidCredentials,
    LastOperator,
    NotSignedIn,
    UsernameTaken,
)
from domain.events import Event, EventKind
from domain.secrets import SessionToken
from domain.session import Caller
from tests.examples import DAY, LAPTOP, MINUTE, NOON, OTHER_PASSWORD, PASSWORD
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator


async def leave(desk: Desk, token: SessionToken) -> Receipt:
    return await desk.use_cases.delete_own_account(
        signed_in=await desk.who(token), presented=token, caller=LAPTOP, current_password=None
    )


async def test_deletion_removes_account_sessions_and_personal_data(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    other = await desk.logged_in("ada")
    await desk.updated(ada.token, username="eve")
    receipt = await desk.use_cases.delete_own_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        caller=LAPTOP,
        current_password=PASSWORD,
    )
    assert (receipt.user.username.value, receipt.sessions, receipt.events) == ("eve", 2, 3)
    for token in (ada.token, other.token):
        with pytest.raises(NotSignedIn):
            await desk.who(token)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("eve")
    own = [event for event in desk.happened() if event.user_id == ada.user.id]
    assert [event.kind for event in own] == [
        EventKind.SIGNED_UP,
        EventKind.LOGGED_IN,
        EventKind.RENAMED,
        EventKind.ACCOUNT_DELETED,
    ]
    assert all(event == Event(event.kind, NOON, 1, Caller("", "")) for event in own)


async def test_the_name_stays_taken_for_90_days_and_the_id_for_ever(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.use_cases.delete_own_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        caller=LAPTOP,
        current_password=None,
    )
    desk.clock.advance(90 * DAY - MINUTE)
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ADA")
    desk.clock.advance(MINUTE)
    assert (await desk.signed_up("ada")).user.id > ada.user.id


async def test_deletion_needs_the_owner(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    desk.clock.advance(10 * MINUTE)
    me = await desk.who(ada.token)
    with pytest.raises(FreshLoginRequired):
        await desk.use_cases.delete_own_account(
            signed_in=me, presented=ada.token, caller=LAPTOP, current_password=None
        )
    with pytest.raises(InvalidCredentials):
        await desk.use_cases.delete_own_account(
            signed_in=me, presented=ada.token, caller=LAPTOP, current_password="wrong"
        )
    assert await desk.who(ada.token)
    assert await desk.use_cases.delete_own_account(
        signed_in=me, presented=ada.token, caller=LAPTOP, current_password=PASSWORD
    )


async def test_a_session_that_ended_meanwhile_deletes_nothing(desk: Desk) -> None:
    thief = await desk.signed_up("ada")
    as_thief = await desk.who(thief.token)
    owner = await desk.logged_in("ada")
    await desk.updated(owner.token, password=OTHER_PASSWORD)
    with pytest.raises(NotSignedIn):
        await desk.use_cases.delete_own_account(
            signed_in=as_thief, presented=thief.token, caller=LAPTOP, current_password=None
        )
    desk.clock.advance(DAY)
    assert await desk.logged_in("ada", OTHER_PASSWORD)


async def test_the_last_operator_has_to_stay(desk: Desk) -> None:
    token = await became_operator(desk)
    with pytest.raises(LastOperator):
        await leave(desk, token)
    assert await at_work(desk, token)
    await became_operator(desk, "other")
    assert (await leave(desk, token)).user.is_operator


async def test_others_keep_what_they_have(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    before = [event for event in desk.happened() if event.user_id == bob.user.id]
    await leave(desk, ada.token)
    assert await desk.who(bob.token)
    assert [event for event in desk.happened() if event.user_id == bob.user.id] == before
