"""An operator makes a code for somebody who forgot the password."""

import pytest

from domain.errors import FreshLoginRequired, InvalidCode
from domain.events import Event, EventKind
from domain.operator import Issuer, Purpose, Scope, StoredCode
from tests.examples import DAY, LAPTOP, MINUTE, NOON
from tests.unit.codes import code_for, reset
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, give_code, key_of, with_key


async def test_it_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await give_code(desk, await at_work(desk, token), ada)
    await give_code(desk, await at_work(desk, (await desk.logged_in("root")).token), ada)


async def test_an_earlier_code_is_no_longer_valid(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    older, newer = await code_for(desk, by, ada), await code_for(desk, by, ada)
    with pytest.raises(InvalidCode):
        await reset(desk, older)
    assert await reset(desk, newer)


async def test_a_code_for_somebody_else_stays(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    code = await code_for(desk, by, ada.user)
    await code_for(desk, by, bob.user)
    assert (await reset(desk, code)).user.id == ada.user.id


async def test_the_grant_says_for_whom_until_when_and_who_answers_for_it(desk: Desk) -> None:
    key, key_id = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    by = await with_key(desk, key)
    ada = (await desk.signed_up()).user
    issued = await desk.use_cases.set_reset_code(by=by, user=ada.id, caller=LAPTOP)
    issuer = Issuer(by.user.id, by.user.auth_version, key_id)
    assert issued.stored == StoredCode(Purpose.RESET, ada.id, NOON + DAY, issuer)
    assert desk.store.state.stored_codes == {issued.code.digest: issued.stored}


async def test_it_is_on_record_without_the_code_and_the_account_stays_as_it_was(
    desk: Desk,
) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    code = await code_for(desk, by, ada.user)
    assert desk.happened()[-1] == Event(
        EventKind.RESET_CODE_SET, NOON, ada.user.id, LAPTOP, actor_id=by.user.id
    )
    assert code.value not in str(desk.happened())
    assert (await desk.who(ada.token)).user == ada.user
