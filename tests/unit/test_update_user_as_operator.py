"""Operators change names and passwords of others."""

from dataclasses import replace

import pytest

from domain.errors import (
    EditConflict,
    FreshLoginRequired,
    InvalidPassword,
    InvalidUsername,
    NotSignedIn,
    UsernameTaken,
)
from domain.events import Details, Event, EventKind
from domain.operator import Operator
from domain.user import User, Username
from tests.examples import ADA, MINUTE, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, rename, set_password


async def update(
    desk: Desk, by: Operator, user: User, username: str | None, password: str | None
) -> User:
    return await desk.use_cases.update_user_as_operator(
        by=by,
        user=user.id,
        version=user.version,
        username=username,
        password=password,
        caller=PHONE,
    )


async def test_a_new_password_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await set_password(desk, await at_work(desk, token), ada)
    await set_password(desk, await at_work(desk, (await desk.logged_in("root")).token), ada)


async def test_a_new_name_needs_no_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    await rename(desk, await at_work(desk, token), ada)
    assert await desk.logged_in("renamed")


async def test_the_second_of_two_edits_is_told(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    await rename(desk, by, ada)
    with pytest.raises(EditConflict):
        await set_password(desk, by, ada)
    assert "password_changed" not in desk.kinds()


async def test_a_taken_name_stays_taken(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, _ = (await desk.signed_up()).user, await desk.signed_up("renamed")
    with pytest.raises(UsernameTaken):
        await rename(desk, by, ada)


async def test_a_new_password_ends_all_sessions(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    admission = await desk.signed_up()
    await set_password(desk, by, admission.user)
    with pytest.raises(NotSignedIn):
        await desk.who(admission.token)
    assert await desk.logged_in("ada", OTHER_PASSWORD)


async def test_a_new_name_is_on_record_and_leaves_the_rest_as_it_was(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    renamed = await update(desk, by, ada.user, "eve", None)
    assert renamed == replace(ada.user, username=Username("eve"), version=ada.user.version + 1)
    assert (await desk.who(ada.token)).user == renamed
    details: Details = {"from": "ada", "to": "eve"}
    assert desk.happened()[-1] == Event(
        EventKind.RENAMED, NOON, ada.user.id, PHONE, details, by.user.id
    )


async def test_nothing_happens_when_nothing_changes(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    before = desk.happened()
    for name in (None, "ada"):
        assert await update(desk, by, ada, name, None) == ada
    assert desk.happened() == before


async def test_name_and_password_change_together_or_stay(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, _ = (await desk.signed_up()).user, await desk.signed_up("bob")
    with pytest.raises(UsernameTaken):
        await update(desk, by, ada, "bob", OTHER_PASSWORD)
    assert await desk.logged_in("ada", PASSWORD)
    await update(desk, by, ada, "eve", OTHER_PASSWORD)
    assert await desk.logged_in("eve", OTHER_PASSWORD)


async def test_bad_input_is_refused_before_any_hashing(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    work = desk.hasher.work
    with pytest.raises(InvalidUsername):
        await update(desk, by, ada, "", OTHER_PASSWORD)
    with pytest.raises(InvalidPassword):
        await update(desk, by, ada, "eve", "")
    assert desk.hasher.work == work
    assert await desk.store.user(ADA) == ada
