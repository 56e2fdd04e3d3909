"""A new password ends what the old one opened."""

from dataclasses import replace

import pytest

from domain.errors import InvalidCode
from domain.events import Details, Ending, Event, EventKind
from domain.operator import Scope
from domain.user import User
from tests.examples import ADA, NOON, OTHER_HASH, OTHER_PASSWORD, PHONE
from tests.unit.codes import code_for, reset
from tests.unit.conftest import Desk
from tests.unit.operators import NOBODY, at_work, became_operator, key_of, set_password, with_key


async def replace_password(
    desk: Desk, user: User, *, but: int | None = None, keep_access_tokens: bool = False
) -> User:
    step = desk.use_cases.reset_password.replace_password
    async with desk.store.begin() as work:
        return await step(
            work,
            user,
            OTHER_HASH,
            caller=PHONE,
            actor_id=NOBODY,
            but=but,
            keep_access_tokens=keep_access_tokens,
        )


async def test_a_new_password_by_an_operator_voids_the_code(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    user = (await desk.signed_up()).user
    code = await code_for(desk, by, user)
    await set_password(desk, by, user)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_a_new_password_of_ones_own_voids_the_code(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    admission = await desk.signed_up()
    code = await code_for(desk, by, admission.user)
    await desk.updated(admission.token, password=OTHER_PASSWORD)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_codes_that_the_user_made_for_others_end_too(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    await code_for(desk, by, (await desk.signed_up()).user)
    await replace_password(desk, by.user)
    assert desk.store.state.stored_codes == {}


async def test_the_hash_is_stored_and_what_the_old_one_opens_does_not_count(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    changed = await replace_password(desk, ada)
    assert changed == replace(
        ada,
        password_hash=OTHER_HASH,
        auth_version=ada.auth_version + 1,
        version=ada.version + 1,
    )
    assert await desk.store.user(ADA) == changed


async def test_every_session_ends_but_the_one_that_is_named(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    here, _ = await desk.who((await desk.logged_in()).token), await desk.logged_in()
    others = await desk.who(bob.token)
    await replace_password(desk, ada.user, but=here.session.id)
    left = {session.id for session in desk.store.state.sessions.values()}
    assert left == {here.session.id, others.session.id}
    details: Details = {"count": 2, "why": Ending.PASSWORD_CHANGED}
    ended = Event(EventKind.SESSIONS_ENDED, NOON, ada.user.id, PHONE, details, NOBODY)
    assert desk.happened()[-1] == ended


async def test_every_key_ends_and_each_is_on_record(desk: Desk) -> None:
    token = await became_operator(desk)
    _, key_id = await key_of(desk, token, Scope.DATA_VIEW)
    root = await desk.who(token)
    before = len(desk.happened())
    await replace_password(desk, root.user, but=root.session.id)
    details: Details = {"token": key_id, "name": "script", "why": Ending.PASSWORD_CHANGED}
    assert desk.store.state.tokens == {}
    assert desk.happened()[before:] == [
        Event(EventKind.PASSWORD_CHANGED, NOON, root.user.id, PHONE, actor_id=NOBODY),
        Event(EventKind.TOKEN_REVOKED, NOON, root.user.id, PHONE, details, NOBODY),
    ]


async def test_keys_that_are_kept_go_on(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    await replace_password(desk, (await desk.who(token)).user, keep_access_tokens=True)
    assert await with_key(desk, key)
